import {
  type ExperimentRequest,
  findScenario,
  type KnobDifference,
  type Stores,
  type Variant,
} from '@custody/workbench';
import { type Command, Option } from 'commander';
import { variantFrom } from './own-variant.ts';
import { wholeNumber } from './register.ts';

/** How a person asks for a size and for late stores. */
export interface SizeOptions {
  readonly devices?: number;
  readonly claimers?: number;
  readonly stores?: Stores;
}

/** What a person asked for: enough to print a command that does the same. */
export interface Asked extends SizeOptions {
  /** An id or a path. */
  readonly variant: string;
  readonly scenario: string;
}

export const scenarioWord = 'an id, or a number such as S-15 (see: custody scenarios)';

export const variantWord = 'an id (see: custody variants), or a .json, .ts or .js file of your own';

export const addSizeOptions = (command: Command): Command =>
  command
    .option('--devices <n>', 'how many devices the scenario has (see: custody scenarios)', wholeNumber)
    .option('--claimers <n>', 'how many users claim the group', wholeNumber)
    .addOption(
      new Option('--stores <when>', 'when a store to dev->driver is visible to other CPUs')
        .choices(['sc', 'late'])
        .default(undefined, 'sc: at once'),
    );

export const sizeOf = ({ devices, claimers, stores }: SizeOptions): SizeOptions => ({
  ...(devices !== undefined && { devices }),
  ...(claimers !== undefined && { claimers }),
  ...(stores !== undefined && { stores }),
});

/** @throws RequestError when there is no such scenario. */
export const askedOf = (variant: string, scenario: string, options: SizeOptions): Asked => ({
  variant,
  scenario: findScenario(scenario).id,
  ...sizeOf(options),
});

export const requestOf = async ({ variant, ...rest }: Asked): Promise<ExperimentRequest> => ({
  ...rest,
  variant: await variantFrom(variant),
});

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The options of a size, as words of a command. */
export const sizeWords = ({ devices, claimers, stores }: SizeOptions): string =>
  [
    ...(devices === undefined ? [] : [` --devices ${devices}`]),
    ...(claimers === undefined ? [] : [` --claimers ${claimers}`]),
    ...(stores === undefined || stores === 'sc' ? [] : [` --stores ${stores}`]),
  ].join('');

/** `robin-mail case-1a --stores late`: what was asked for, as words of a command. */
export const scenarioWords = (asked: Asked): string => `${quoted(asked.variant)} ${asked.scenario}${sizeWords(asked)}`;

/** `custody simulate robin-mail case-1a --stores late --schedule '…'`: repeats what was found. */
export const simulateCommand = (asked: Asked, schedule: string): string =>
  `custody simulate ${scenarioWords(asked)} --schedule '${schedule}'`;

/** `walkReads "device_lock", claimRecord "token"`. */
export const knobsText = (differences: readonly KnobDifference[]): string =>
  differences.map(({ knob, to }) => `${knob} "${to}"`).join(', ');

/** What a variant of one's own changes in its neighbour, in words; nothing where it is nobody's own. */
export const ownText = ({ id, neighbour }: Variant, differs: readonly KnobDifference[]): readonly string[] =>
  differs.length === 0 ? [] : [`${id} is ${neighbour}, but: ${knobsText(differs)}`];

/** What a scenario changes in the scheme that it is told with, in words; nothing where it changes nothing. */
export const twistText = (twist: readonly KnobDifference[]): readonly string[] =>
  twist.length === 0 ? [] : [`this scenario changes the scheme: ${knobsText(twist)}`];
