import { callText, findScenario, type Scenario, scenarios } from '@custody/workbench';
import { scenarioWord } from '../experiment-options.ts';
import { exit } from '../print.ts';
import { type Register, run } from '../register.ts';

type Range = readonly [least: number, most: number];

const tasksOf = ({ tasks }: Scenario): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(tasks.map((script, number) => [`T${number}`, script.map(callText)]));

const described = (scenario: Scenario) => {
  const { id, title, tags, devices, owner, scaled } = scenario;
  const sizes =
    scaled === undefined ? null : { devices: scaled.devices, claimers: scaled.claimers, usual: scaled.usual };
  return { id, title, tags, devices, owner, sizes, tasks: tasksOf(scenario) };
};

const range = (name: string, [least, most]: Range, usual: number): string =>
  least === most ? '' : `--${name} ${least} to ${most} (usually ${usual})`;

const sizesText = ({ scaled }: Scenario): string[] => {
  if (scaled === undefined) return [];
  const { devices, claimers, usual } = scaled;
  const said = [range('devices', devices, usual.devices), range('claimers', claimers, usual.claimers)];
  return [`    sizes: ${said.filter(Boolean).join(', ')}`];
};

const scenarioLines = (scenario: Scenario): string[] => [
  scenario.id,
  `    ${scenario.title} [${scenario.tags.join(', ')}]`,
  ...Object.entries(tasksOf(scenario)).map(([task, calls]) => `    ${task}: ${calls.join('; ')}`),
  ...sizesText(scenario),
];

export const registerScenarios: Register = (program) => {
  program
    .command('scenarios')
    .argument('[scenario...]', `what to list (default: all): ${scenarioWord}`)
    .description('list what the tasks of a simulation can be given to do, and in which sizes')
    .action(
      run(async ({ print }, _options: object, words: readonly string[]) => {
        const listed = words.length > 0 ? words.map(findScenario) : scenarios;
        return print.answer({
          json: { scenarios: listed.map(described) },
          text: listed.flatMap(scenarioLines),
          code: exit.yes,
        });
      }),
    );
};
