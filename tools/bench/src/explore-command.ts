import { type Command, InvalidArgumentError, Option } from 'commander';
import { benchExplore, type ExploreBench } from './explore-bench.ts';
import { type Machine, thisMachine } from './machine.ts';
import { count, figureLine, machineLine, whole } from './print.ts';
import { benchProduct } from './product-bench.ts';
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
  /** False with --no-reduction. */
  readonly reduction: boolean;
  readonly variant?: string;
  readonly scenario?: string;
}

const mask = (text: string): number => {
  if (!/^(0b[01]+|0x[\da-f]+|\d+)$/i.test(text)) throw new InvalidArgumentError('It must be a number, e.g. 0b101.');
  return Number(text);
};

const nameOf = ({ reference, devices, claimers, unbinders, managed, early, workers }: Options): string =>
  [
    `${reference}, N=${devices} C=${claimers} U=${unbinders}`,
    ...(managed === 0 ? [] : [`M=0b${managed.toString(2)}`]),
    ...(early ? ['EARLY'] : []),
    ...(workers > 1 ? [`in ${workers} threads`] : []),
  ].join(' ');

const textOf = (
  options: Options,
  machine: Machine,
  { run, reduced, figures, spin }: ExploreBench,
): readonly string[] => [
  `${nameOf(options)}: every state; median of ${options.runs}${spin ? ` pairs with ${spin.version}` : ''}`,
  machineLine(machine),
  `  ${count(run.states)} states, ${count(run.transitions)} transitions, ${count(run.depth)} steps deep${run.complete ? '' : ': INCOMPLETE'}`,
  `  ${count(run.violations)} failed assertions, ${count(run.deadlocks)} deadlocks, ${run.shortest === null ? 'nothing wrong' : `the nearest after ${run.shortest} steps`}`,
  ...(reduced === null
    ? []
    : [`  reduced: ${count(reduced.states)} states, ${count(reduced.transitions)} transitions`]),
  ...figures.map(figureLine),
  ...(spin === null
    ? []
    : [
        spin.agrees
          ? '  SPIN counts the same states, transitions and errors'
          : `  SPIN DISAGREES: ${count(spin.run.states)} states, ${count(spin.run.transitions)} transitions, ${count(spin.run.errors)} errors`,
      ]),
];

const jsonOf = (options: Options, machine: Machine, { run, reduced, figures, spin }: ExploreBench): unknown => ({
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
  reduced: reduced && { states: reduced.states, transitions: reduced.transitions },
  spin: spin && { version: spin.version, agrees: spin.agrees, ...spin.run },
});

/** As a person gave them: how many devices and claimers is left open. */
interface GivenOptions extends Omit<Options, 'devices' | 'claimers'> {
  readonly devices?: number;
  readonly claimers?: number;
}

/** The answer for one of the product's own models. @throws Error when only one of variant and scenario is named. */
const productText = ({ variant, scenario, devices, claimers, runs, reduction, json }: GivenOptions): string => {
  if (variant === undefined || scenario === undefined) {
    throw new Error(
      'Cannot measure a variant without a scenario, or one without the other: give --variant and --scenario',
    );
  }
  const machine = thisMachine();
  const request = { variant, scenario, devices: devices ?? null, claimers: claimers ?? null };
  const { run, reduced, figures } = benchProduct({ request, runs: Math.max(1, runs), alsoReduced: reduction });
  const { states, transitions } = run;
  const size = [
    ...(devices === undefined ? [] : [`${devices} devices`]),
    ...(claimers === undefined ? [] : [`${claimers} claimers`]),
  ].join(' and ');
  const of = `${variant} in ${scenario}${size === '' ? '' : `, ${size}`}`;
  if (json) {
    const small = reduced && { states: reduced.states, transitions: reduced.transitions };
    const date = new Date().toISOString();
    return JSON.stringify(
      { bench: 'explore', of, machine, date, figures, states, transitions, reduced: small },
      null,
      2,
    );
  }
  return [
    `${of}: every state, every property watched; median of ${runs} pairs with the reference model`,
    machineLine(machine),
    `  ${count(states)} states, ${count(transitions)} transitions, ${count(run.depth)} steps deep`,
    ...(reduced === null
      ? []
      : [`  reduced: ${count(reduced.states)} states, ${count(reduced.transitions)} transitions`]),
    ...figures.map(figureLine),
  ].join('\n');
};

export const registerExplore = (program: Command): void => {
  program
    .command('explore')
    .description('the explorer on the reference model, alone or beside SPIN')
    .addOption(new Option('--reference <variant>', 'which variant').choices(referenceVariants).default('R0'))
    .option('--devices <n>', 'devices, 1 to 6 (default: 2, or the usual size of the scenario)', whole)
    .option('--claimers <n>', 'claimers in user space (default: 1, or as usual)', whole)
    .option('--unbinders <n>', 'further unbinders of device 0', whole, 0)
    .option('--managed <mask>', 'bit i: the driver of device i has driver_managed_dma', mask, 0)
    .option('--early', 'pinctrl may fail before the claim', false)
    .option('--no-reduction', 'leave out the reduced graph')
    .option('--variant <id>', "one of the product's own, beside R0 with 4 devices and 2 claimers; with --scenario")
    .option('--scenario <id>', 'the scenario, with --devices and --claimers where they are given')
    .option('--workers <n>', 'in so many threads, each run beside one in a single thread', whole, 1)
    .option('--spin', 'run SPIN on the same model, and compare', false)
    .option('--runs <n>', 'how many runs, of which the median counts', whole, 5)
    .option('--json', 'print one JSON document', false)
    .action((given: GivenOptions) => {
      if (given.variant !== undefined || given.scenario !== undefined) {
        process.stdout.write(`${productText(given)}\n`);
        return;
      }
      const options: Options = { ...given, devices: given.devices ?? 2, claimers: given.claimers ?? 1 };
      const { reference, devices, claimers, unbinders, managed, early, workers } = options;
      const size: ReferenceSize = { devices, claimers, unbinders, managed, early };
      const runs = Math.max(1, options.runs);
      const alsoReduced = options.reduction;
      const bench = benchExplore({ variant: reference, size, withSpin: options.spin, runs, workers, alsoReduced });
      const machine = thisMachine();
      const text = options.json
        ? JSON.stringify(jsonOf(options, machine, bench), null, 2)
        : textOf(options, machine, bench).join('\n');
      process.stdout.write(`${text}\n`);
      if (bench.spin !== null && !bench.spin.agrees) process.exitCode = 1;
    });
};
