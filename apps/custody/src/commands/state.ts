import { clamp } from '@custody/replay';
import type { Run } from '@custody/workbench';
import { findReadable, lookedAt } from '../find-run.ts';
import type { ExitCode, Printer } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';
import { worldLines } from '../world-text.ts';

/** The world of a run at a position, printed. */
export const printState = (print: Printer, run: Run, at: number | undefined): ExitCode => {
  const { header, replayer } = run;
  const position = clamp(at ?? replayer.end, replayer.end);
  if (at !== undefined && at > position) print.complain(`${header.title} ends at ${position}: this is its end`);
  const world = replayer.stateAt(position);
  return print.answer({
    json: { position, ...world },
    text: [`${header.title} at ${position} of ${replayer.end}`, ...worldLines(world)],
    code: lookedAt(run),
  });
};

export const registerState: Register = (program) => {
  program
    .command('state')
    .argument('<run>', 'an id, a title, the beginning of one, or a file')
    .description('print who owns what at a position')
    .option('--at <position>', 'events applied (default: all)', wholeNumber)
    .action(
      run(async ({ print, desk }, { at }: { readonly at?: number }, reference: string) =>
        printState(print, await desk((workbench) => findReadable(workbench, reference, print)), at),
      ),
    );
};
