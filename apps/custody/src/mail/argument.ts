import type { World } from '@custody/trace';
import { type Argument, waitsText } from '@custody/workbench';
import { type Asked, knobsText, ownText, simulateCommand, twistText } from '../experiment-options.ts';
import { fold, mailWidth, many, toAscii } from '../print.ts';
import { worldLines } from '../world-text.ts';
import { raceTable } from './table.ts';

/** What a schedule is brought up against. */
export interface Charge {
  /** The end of the sentence that begins with the scheme: what so many steps lead to. */
  readonly says: (steps: string) => string;
  /** Who waits for what, where the schedule ends in a cycle of waiters or a standstill. */
  readonly waits: Parameters<typeof waitsText>[0] | null;
}

/** A property is broken. */
export const breaks =
  (id: string, sentence: string, source: string | null): Charge['says'] =>
  (steps) =>
    `${steps} are enough to break ${id}${source === null ? '' : ` (${source})`}: it is not so that ${sentence}.`;

export const deadlocks: Charge['says'] = (steps) => `${steps} end in a deadlock.`;

/** A case is met, and something else done than it expects. */
export const departsFrom =
  (id: string, sentence: string, source: string | null): Charge['says'] =>
  (steps) =>
    `${steps} lead to case ${id}${source === null ? '' : ` (${source})`}: ${sentence}: this is not what was done.`;

const claimOf = ({ variant, twist, rows }: Argument, { says }: Charge): string => {
  const changed = twist.length === 0 ? '' : ` changed to ${knobsText(twist)},`;
  return `With ${variant.id},${changed} ${says(many(rows.length, 'step'))}`;
};

const indented = (lines: readonly string[], by = 2): readonly string[] => lines.map((line) => ' '.repeat(by) + line);

/** A paragraph in a mail: folded, the folds not indented further. */
const prose = (text: string, indent = 0): readonly string[] => fold(' '.repeat(indent) + toAscii(text), mailWidth, 0);

/** A lock that nobody holds is no news at the end: who stands before it has only not begun. */
const heldOnly = (world: World): World => ({
  ...world,
  locks: Object.fromEntries(Object.entries(world.locks).filter(([, { holders }]) => holders.length > 0)),
});

/** A violation as a mail to the list: the claim, the schedule as a table, the end, and how to see it again. */
export const argumentLines = (
  argument: Argument,
  charge: Charge,
  asked: Asked,
  schedule: string,
): readonly string[] => {
  const { variant, scenario, differs, twist, tasks, start, rows, end, files } = argument;
  return [
    ...prose(claimOf(argument, charge)),
    '',
    ...prose(`${variant.id}: ${variant.title}; ${variant.source}`),
    ...ownText(variant, differs).flatMap((text) => prose(text)),
    ...prose(`${scenario.id}: ${scenario.title}`),
    ...tasks.flatMap((calls, task) => prose(`CPU${task} (T${task}): ${calls.join('; ')}`, 2)),
    ...twistText(twist).flatMap((text) => prose(`${text[0]?.toUpperCase()}${text.slice(1)}`)),
    ...(asked.stores === 'late' ? prose('Stores to dev->driver are visible to other CPUs late.') : []),
    '',
    'At first:',
    ...indented(worldLines({ ...start, locks: {}, tasks: {} })),
    '',
    ...raceTable(rows, tasks.length),
    '',
    'At the end:',
    ...indented(worldLines(heldOnly(end))),
    ...(charge.waits === null ? [] : prose(waitsText(charge.waits), 2)),
    '',
    'In the kernel:',
    ...files.flatMap(({ file, functions }) => fold(`  ${file}: ${functions.join(', ')}`, mailWidth)),
    '',
    'To see it again:',
    `  ${simulateCommand(asked, schedule)}`,
  ];
};
