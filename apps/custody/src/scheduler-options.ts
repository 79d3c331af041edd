import { type DiceChoice, RequestError, type SchedulerChoice } from '@custody/workbench';
import { type Command, Option } from 'commander';
import { wholeNumber } from './register.ts';

/** How a person says who moves next. */
export interface SchedulerOptions {
  readonly scheduler?: 'round-robin' | 'random' | 'pct';
  readonly seed?: number;
  readonly depth?: number;
  readonly steps?: number;
  readonly runs?: number;
  readonly schedule?: string;
  readonly tolerant?: boolean;
}

/** The one run that was described, or as many with dice as it takes. */
export type Wish =
  | { readonly kind: 'run'; readonly choice: Exclude<SchedulerChoice, DiceChoice> }
  | { readonly kind: 'hunt'; readonly dice: DiceChoice; readonly runs: number };

/** Each ordering more divides what PCT promises by the steps of a run. */
const usualDepth = 3;

export const addSchedulerOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--scheduler <name>', 'who moves next; random and pct roll dice').choices([
        'round-robin',
        'random',
        'pct',
      ]),
    )
    .option('--seed <n>', 'the seed of random or pct: the same seed is the same run', wholeNumber)
    .option(
      '--runs <n>',
      'random or pct: up to so many runs, with seeds from --seed on, until one shows a violation, which is then shrunk ' +
        '(default: 1)',
      wholeNumber,
    )
    .option('--depth <d>', `pct: how many orderings a bug needs at once (default: ${usualDepth})`, wholeNumber)
    .option('--steps <k>', 'pct: the most steps of a run (default: the longest of a few)', wholeNumber)
    .option(
      '--schedule <schedule>',
      'who moves, e.g. "T0*3 T1 T0!fail"; a step that does not fit is passed over, and the next one tried',
    )
    .option(
      '--tolerant',
      'with a --schedule made for an older version: at the first step that does not fit, the rest is left, and everybody moves in turn',
    );

/** The options that were given, of those named, as a person typed them: `--seed and --runs`. */
const given = (options: SchedulerOptions, names: readonly (keyof SchedulerOptions)[]): string | null => {
  const words = names.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  return words.length === 0 ? null : words.join(' and ');
};

const refuse = (words: string | null, where: string, why: string): void => {
  if (words !== null) throw new RequestError(`Cannot use ${words} ${where} as ${why}`);
};

const diceOf = (kind: DiceChoice['kind'], options: SchedulerOptions): DiceChoice => {
  const { seed, depth = usualDepth, steps } = options;
  if (seed === undefined) {
    throw new RequestError('Cannot roll dice without a seed, as nobody could repeat the run; give --seed N');
  }
  if (kind === 'pct') return { kind, seed, depth, ...(steps !== undefined && { steps }) };
  refuse(given(options, ['depth', 'steps']), 'with random', 'only pct knows them: give --scheduler pct');
  return { kind, seed };
};

/** @throws RequestError when the options do not go together, or a seed is missing. */
export const wishOf = (options: SchedulerOptions): Wish => {
  const { scheduler = 'round-robin', schedule, tolerant = false, runs = 1 } = options;
  if (schedule !== undefined) {
    const others = given(options, ['scheduler', 'seed', 'runs', 'depth', 'steps']);
    refuse(others, 'with --schedule', 'that says who moves: give --schedule alone, or with --tolerant');
    return { kind: 'run', choice: { kind: 'schedule', schedule, ...(tolerant && { tolerant }) } };
  }
  refuse(given(options, ['tolerant']), 'without a schedule', 'there is nothing to part from: give --schedule too');
  if (scheduler === 'round-robin') {
    const dice = given(options, ['seed', 'runs', 'depth', 'steps']);
    refuse(dice, 'with round-robin', 'that rolls no dice: give --scheduler random or pct');
    return { kind: 'run', choice: { kind: scheduler } };
  }
  return { kind: 'hunt', dice: diceOf(scheduler, options), runs };
};
