import { relative } from 'node:path';
import { authorOf } from '../author.ts';
import { hasTerminal, openScreen } from '../open-screen.ts';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { importShipped } from '../tour/fixtures.ts';
import { modelStop, patchesStop, raceStop } from '../tour/stops.ts';

export const registerTour: Register = (program) => {
  program
    .command('tour')
    .description('one story in three stops, on the recordings that ship with custody; begin here')
    .action(
      run(async ({ print, desk, store }) =>
        desk(async (workbench) => {
          await importShipped(workbench, print);
          const race = await raceStop(workbench);
          if (hasTerminal() && !print.options.json) {
            await openScreen(workbench, race.run, race.place, authorOf(undefined));
          }
          const stops = [race, await patchesStop(workbench), await modelStop(workbench, () => performance.now())];
          return print.answer({
            json: { stops: stops.map(({ run: { header }, place, lines }) => ({ run: header.run, at: place, lines })) },
            text: [
              `custody: who owns a device's DMA. Three stops; their commands work as printed after`,
              `   alias custody='npx custody'; export CUSTODY_STORE=${relative(process.cwd(), store) || store}`,
              '',
              ...stops.flatMap(({ lines }) => [...lines, '']),
            ],
            code: exit.yes,
          });
        }),
      ),
    );
};
