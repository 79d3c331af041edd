import { findReadable, lookedAt } from '../find-run.ts';
import { hasTerminal, openScreen, replayOf } from '../open-screen.ts';
import { outsideOf } from '../outside.ts';
import { type Register, run, wholeNumber } from '../register.ts';
import { printState } from './state.ts';

export const registerReplay: Register = (program) => {
  program
    .command('replay')
    .argument('<run>', 'an id, a title, the beginning of one, or a file')
    .description('walk through a run in the terminal; without a terminal, print what state prints')
    .option('--at <position>', 'where to begin (default: the start; without a terminal, the end)', wholeNumber)
    .action(
      run(async ({ print, desk, address }, { at }: { readonly at?: number }, reference: string) =>
        desk(async (workbench) => {
          const found = await findReadable(workbench, reference, print);
          if (!hasTerminal() || print.options.json || print.options.mail) return printState(print, found, at);
          await openScreen((outside) => replayOf(outside, found, at ?? 0), outsideOf(workbench, program, address));
          return lookedAt(found);
        }),
      ),
    );
};
