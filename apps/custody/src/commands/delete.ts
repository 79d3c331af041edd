import type { DeletedRun } from '@custody/workbench';
import { exit, many } from '../print.ts';
import { type Register, run } from '../register.ts';
import { problemOf } from '../trouble.ts';

const line = ({ title, run: id, events }: DeletedRun): string =>
  `${title}  (${id})  deleted${events === null ? '; it was never closed' : `: ${many(events, 'event')}`}`;

export const registerDelete: Register = (program) => {
  program
    .command('delete')
    .argument('<run...>', 'a whole id or title')
    .description('forget runs, with their notes')
    .addHelpText('after', '\nThe space is used again by later runs; custody compact gives it back to the disk.')
    .action(
      run(async ({ print, look }, _: object, references: readonly string[]) => {
        const runs: DeletedRun[] = [];
        let refused = 0;
        await look(async (workbench) => {
          for (const reference of references) {
            try {
              runs.push(await workbench.remove(reference));
            } catch (error) {
              const problem = problemOf(error);
              if (problem === undefined) throw error;
              refused += 1;
              print.complain(problem);
            }
          }
        });
        return print.answer({ json: { runs }, text: runs.map(line), code: refused > 0 ? exit.trouble : exit.yes });
      }),
    );
};
