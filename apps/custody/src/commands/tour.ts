import { relative } from 'node:path';
import { hasTerminal, openScreen, replayOf } from '../open-screen.ts';
import { outsideOf } from '../outside.ts';
import { exit, fold } from '../print.ts';
import { type Register, run } from '../register.ts';
import { isUrl } from '../store.ts';
import { importShipped } from '../tour/fixtures.ts';
import { modelStop, patchesStop, raceStop } from '../tour/stops.ts';

/** Where nobody says how wide the page is: what a log or a mail reader shows. */
const widest = 120;

export const registerTour: Register = (program) => {
  program
    .command('tour')
    .description('one story in three stops, on the recordings that ship with custody; begin here')
    .action(
      run(async ({ print, desk, store, address }) =>
        desk(async (workbench) => {
          const open = await importShipped(workbench, print);
          const race = await raceStop(workbench, open);
          const walks = hasTerminal() && !print.options.json;
          if (walks) {
            await openScreen(
              (outside) => replayOf(outside, race.run.header.run, race.place),
              outsideOf(workbench, program, address),
            );
          }
          const stops = [race, await patchesStop(workbench, open), await modelStop(workbench, () => performance.now())];
          return print.answer({
            json: { stops: stops.map(({ run: { header }, place, lines }) => ({ run: header.run, at: place, lines })) },
            text: [
              `custody: who owns a device's DMA. The tour has three stops; its commands work as printed after`,
              `   alias custody='npx custody'; export CUSTODY_STORE=${isUrl(store) ? store : relative(process.cwd(), store) || store}`,
              '',
              // The first stop was walked through on the screen.
              ...stops.slice(walks ? 1 : 0).flatMap(({ lines }) => [...lines, '']),
            ].flatMap((line) => fold(line, process.stdout.columns ?? widest)),
            code: exit.yes,
          });
        }),
      ),
    );
};
