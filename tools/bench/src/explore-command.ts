import { type Command, InvalidArgumentError, Option } from 'commander';
import { benchExplore, type ExploreBench } from './explore-bench.ts';
import type { Figure } from './figures.ts';
import { type Machine, thisMachine } from './machine.ts';
import { type ReferenceSize, type ReferenceVariant, referenceVariants } from './reference-size.ts';

interface Options {
  readonly reference: ReferenceVariant;
  readonly devices: number;
  readonly claimers: number;
  readonly unbinders: number;
  readonly managed: number;
  readonly early: boolean;
  readonly spin: boolean;
  readonly runs: number;
  readonly workers: number;
  readonly json: boolean;
}

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};
const mask = (text: string): number => {
  if (!/^(0b[01]+|0x[\da-f]+|\d+)$/i.test(text)) throw new InvalidArgumentError('It must be a number, e.g. 0b101.');
  return Number(text);
};

const count = (value: number): string => value.toLocaleString('en');
const round = (value: number): string =>
  value >= 100 ? count(Math.round(value)) : value.toLocaleString('en', { maximumSignificantDigits: 3 });
const figureLine = ({ id, value, unit, baseline, ratio }: Figure): string => {
  const other = baseline === null ? '' : `   SPIN ${round(baseline)}`;
  const compared = ratio === null ? '' : `${other}   ratio ${ratio.toFixed(2)}`;
  return `  ${`${id}:`.padEnd(38)}${round(value)} ${unit === '1/s' ? '' : unit}${compared}`.trimEnd();
};

const nameOf = ({ reference, devices, claimers, unbinders, managed, early, workers }: Options): string =>
  [
    `${reference}, N=${devices} C=${claimers} U=${unbinders}`,
    ...(managed === 0 ? [] : [`M=0b${managed.toString(2)}`]),
    ...(early ? ['EARLY'] : []),
    ...(workers > 1 ? [`in ${workers} threads`] : []),
  ].join(' ');

const textOf = (options: Options, machine: Machine, { run, figures, spin }: ExploreBench): readonly string[] => [
  `${nameOf(options)}: every state, no reduction; median of ${options.runs}${spin ? ` pairs with ${spin.version}` : ''}`,
  `  ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}`,
  `  ${count(run.states)} states, ${count(run.transitions)} transitions, ${count(run.depth)} steps deep${run.complete ? '' : ': INCOMPLETE'}`,
  `  ${count(run.violations)} failed assertions, ${count(run.deadlocks)} deadlocks, ${run.shortest === null ? 'nothing wrong' : `the nearest after ${run.shortest} steps`}`,
  ...figures.map(figureLine),
  ...(spin === null
    ? []
    : [
        spin.agrees
          ? '  SPIN counts the same states, transitions and errors'
          : `  SPIN DISAGREES: ${count(spin.run.states)} states, ${count(spin.run.transitions)} transitions, ${count(spin.run.errors)} errors`,
      ]),
];

const jsonOf = (options: Options, machine: Machine, { run, figures, spin }: ExploreBench): unknown => ({
  bench: 'explore',
  of: nameOf(options),
  machine,
  date: new Date().toISOString(),
  figures,
  states: run.states,
  transitions: run.transitions,
  violations: run.violations,
  deadlocks: run.deadlocks,
  shortest: run.shortest,
  reduction: false,
  spin: spin && { version: spin.version, agrees: spin.agrees, ...spin.run },
});

export const registerExplore = (program: Command): void => {
  program
    .command('explore')
    .description('the explorer on the reference model, alone or beside SPIN')
    .addOption(new Option('--reference <variant>', 'which variant').choices(referenceVariants).default('R0'))
    .option('--devices <n>', 'devices, 1 to 6', whole, 2)
    .option('--claimers <n>', 'claimers in user space', whole, 1)
    .option('--unbinders <n>', 'further unbinders of device 0', whole, 0)
    .option('--managed <mask>', 'bit i: the driver of device i has driver_managed_dma', mask, 0)
    .option('--early', 'pinctrl may fail before the claim', false)
    .option('--no-reduction', 'look at every state (there are no reductions yet)')
    .option('--workers <n>', 'in so many threads, each run beside one in a single thread', whole, 1)
    .option('--spin', 'run SPIN on the same model, and compare', false)
    .option('--runs <n>', 'how many runs, of which the median counts', whole, 5)
    .option('--json', 'print one JSON document', false)
    .action((options: Options) => {
      const { reference, devices, claimers, unbinders, managed, early, workers } = options;
      const size: ReferenceSize = { devices, claimers, unbinders, managed, early };
      const runs = Math.max(1, options.runs);
      const bench = benchExplore({ variant: reference, size, withSpin: options.spin, runs, workers });
      const machine = thisMachine();
      const text = options.json
        ? JSON.stringify(jsonOf(options, machine, bench), null, 2)
        : textOf(options, machine, bench).join('\n');
      process.stdout.write(`${text}\n`);
      if (bench.spin !== null && !bench.spin.agrees) process.exitCode = 1;
    });
};
