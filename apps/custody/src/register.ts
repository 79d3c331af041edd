import { type Command, InvalidArgumentError } from 'commander';
import { type Context, contextOf } from './context.ts';
import type { ExitCode } from './print.ts';

/** Adds one command to the program. */
export type Register = (program: Command) => void;

/** Runs a command's body with its words, its options and the context; what it returns is the exit code. */
export const run =
  <Words extends unknown[], Options>(
    body: (context: Context, options: Options, ...words: Words) => Promise<ExitCode>,
  ) =>
  async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const options = given.at(-2) as Options;
    const context = contextOf(command.optsWithGlobals());
    process.exitCode = await body(context, options, ...(given.slice(0, -2) as Words));
  };

/** A whole number of 0 or more, as an option or argument. */
export const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new InvalidArgumentError('It must be a whole number of 0 or more.');
  }
  return Number(text);
};
