import { scenarios, variants } from '@custody/workbench';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';

export const registerVariants: Register = (program) => {
  program
    .command('variants')
    .description('list the schemes that can be simulated and explored, with their sources')
    .action(
      run(async ({ print }) =>
        print.answer({
          json: { variants: variants.map(({ id, title, source }) => ({ id, title, source })) },
          text: variants.flatMap(({ id, title, source }) => [
            `${id.padEnd(12)}  ${title}`,
            `${' '.repeat(14)}${source}`,
          ]),
          code: exit.yes,
        }),
      ),
    );
};

export const registerScenarios: Register = (program) => {
  program
    .command('scenarios')
    .description('list what the tasks of a simulation can be given to do')
    .action(
      run(async ({ print }) =>
        print.answer({
          json: { scenarios: scenarios.map(({ id, title, tags }) => ({ id, title, tags })) },
          text: scenarios.map(({ id, title }) => `${id.padEnd(24)}  ${title}`),
          code: exit.yes,
        }),
      ),
    );
};
