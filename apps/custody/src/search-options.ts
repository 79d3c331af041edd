import { type Command, InvalidArgumentError } from 'commander';
import type { Printer } from './print.ts';
import { wholeNumber } from './register.ts';

/** When to give up a search. */
export interface SearchOptions {
  /** Milliseconds. */
  readonly budget?: number;
  readonly maxStates?: number;
}

const units = { ms: 1, s: 1000, m: 60_000 } as const;

/** `30s`, `500ms`, `2m` → milliseconds. */
const duration = (text: string): number => {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It must be a time such as 30s, 500ms or 2m.');
  return Number(number) * units[unit as keyof typeof units];
};

export const addSearchOptions = (command: Command): Command =>
  command
    .option('--budget <time>', 'stop after this long, e.g. 30s (exit 3)', duration)
    .option('--max-states <n>', 'stop after this many states (exit 3)', wholeNumber);

const firstWord = 1000;
const everySoOften = 5000;

/** A search with its clock: the bounds to hand on, and the seconds it has taken. */
export interface Search {
  readonly bounds: { readonly maxStates?: number; readonly deadline: () => boolean };
  readonly seconds: () => number;
}

/** Starts the clock. A search that takes more than a second says on stderr how long it has been at it. */
export const searchFor = (print: Printer, what: string, { budget, maxStates }: SearchOptions): Search => {
  const began = performance.now();
  let told = firstWord;
  const deadline = (): boolean => {
    const elapsed = performance.now() - began;
    if (elapsed >= told) {
      const limit = budget === undefined ? '' : ` of ${budget / 1000} s`;
      print.progress(`${what}: ${Math.floor(elapsed / 1000)} s${limit}`);
      told = elapsed + everySoOften;
    }
    return budget !== undefined && elapsed > budget;
  };
  return {
    bounds: { ...(maxStates !== undefined && { maxStates }), deadline },
    seconds: () => (performance.now() - began) / 1000,
  };
};
