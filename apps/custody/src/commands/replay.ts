import { clamp } from '@custody/replay';
import type { Outside } from '@custody/tui';
import { RequestError } from '@custody/workbench';
import { findReadable, orOfFile } from '../find-run.ts';
import { followLines } from '../follow-lines.ts';
import { hasTerminal, openScreen, recordRun, replayOf, runsScreen, type ScreenOptions } from '../open-screen.ts';
import { outsideOf } from '../outside.ts';
import { exit } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';
import { printState } from './state.ts';

export const registerReplay: Register = (program) => {
  program
    .command('replay')
    .argument('[run]', 'an id, a title, the beginning of one, or a file (default: choose among all)')
    .description('walk through a run in the terminal; without a terminal, print what state prints')
    .option('--at <position>', 'where to begin (default: the start; without a terminal, the end)', wholeNumber)
    .option('--follow', 'what is recorded shows as it comes; without a terminal, a line each, until the run is closed')
    .option('--record <file>', 'write an asciinema cast of what is seen; without a terminal, of a walk event by event')
    .option('--accessible', 'say everything in lines without boxes, for a screen reader')
    .action(
      run(
        async (
          { print, desk, address },
          { at, ...options }: ScreenOptions & { readonly at?: number; readonly follow?: boolean },
          reference?: string,
        ) =>
          desk(async (workbench) => {
            const { record } = options;
            if (record !== undefined && reference !== undefined && !hasTerminal()) {
              const outside = outsideOf(workbench, program, address);
              await orOfFile(workbench, reference, print, (found) => recordRun(outside, found, at ?? 0, record));
              return print.answer({
                json: { file: record },
                text: [`a cast in ${record}; see: asciinema play ${record}`],
              });
            }
            if (!hasTerminal() || print.options.json || print.options.mail) {
              if (reference === undefined)
                throw new RequestError('Cannot tell which run; name one: custody runs lists them');
              const found = await findReadable(workbench, reference, print);
              return options.follow && !found.closed
                ? followLines(print, workbench, found, clamp(at ?? found.replayer.end, found.replayer.end))
                : printState(print, found, at);
            }
            const open = (outside: Outside) =>
              reference === undefined
                ? runsScreen()
                : orOfFile(workbench, reference, print, (found) => replayOf(outside, found, at ?? 0));
            await openScreen(open, outsideOf(workbench, program, address), options);
            return exit.yes;
          }),
      ),
    );
};
