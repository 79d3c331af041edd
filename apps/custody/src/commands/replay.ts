import type { Outside } from '@custody/tui';
import { findReadable, orOfFile } from '../find-run.ts';
import { hasTerminal, openScreen, replayOf } from '../open-screen.ts';
import { outsideOf } from '../outside.ts';
import { exit } from '../print.ts';
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
          if (!hasTerminal() || print.options.json || print.options.mail) {
            return printState(print, await findReadable(workbench, reference, print), at);
          }
          const open = (outside: Outside) =>
            orOfFile(workbench, reference, print, (found) => replayOf(outside, found, at ?? 0));
          await openScreen(open, outsideOf(workbench, program, address));
          return exit.yes;
        }),
      ),
    );
};
