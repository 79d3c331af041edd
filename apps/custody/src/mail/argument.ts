import type { World } from '@custody/trace';
import { type Argument, waitsText } from '@custody/workbench';
import { type Asked, quoted, sizeWords, twistText } from '../experiment-options.ts';
import { fold, mailWidth, many, toAscii } from '../print.ts';
import { worldLines } from '../world-text.ts';
import { raceTable } from './table.ts';

/** What a schedule is brought up against. */
export interface Charge {
  /** The property's id, or `deadlock`. */
  readonly id: string;
  /** The sentence that does not hold. */
  readonly sentence: string;
  readonly source: string | null;
  /** Who waits for what, where the schedule ends in a cycle of waiters or a standstill. */
  readonly waits: Parameters<typeof waitsText>[0] | null;
}

const claimOf = ({ variant }: Argument, { id, sentence }: Charge, steps: number): string =>
  id === 'deadlock'
    ? `With ${variant.id}, ${many(steps, 'step')} end in a deadlock.`
    : `With ${variant.id}, ${many(steps, 'step')} are enough to break ${id}: it is not so that ${sentence}.`;

const indented = (lines: readonly string[], by = 2): readonly string[] => lines.map((line) => ' '.repeat(by) + line);

/** A paragraph in a mail: folded, the folds not indented further. */
const prose = (text: string, indent = 0): readonly string[] => fold(' '.repeat(indent) + toAscii(text), mailWidth, 0);

/** The command, folded so that a shell still takes it: within the quotes a schedule may go on in the next line. */
const commandLines = (asked: Asked, schedule: string): readonly string[] => {
  const size = sizeWords(asked);
  return [
    `  custody simulate ${quoted(asked.variant)} ${asked.scenario} \\`,
    ...(size === '' ? [] : [`   ${size} \\`]),
    ...fold(`    --schedule '${schedule}'`, mailWidth, 0),
  ];
};

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
  const { variant, scenario, twist, tasks, start, rows, end, files } = argument;
  return [
    ...prose(claimOf(argument, charge, rows.length)),
    '',
    ...(charge.id === 'deadlock'
      ? []
      : prose(`${charge.id}${charge.source === null ? '' : ` (${charge.source})`}: ${charge.sentence}`)),
    ...prose(`${variant.id}: ${variant.title}; ${variant.source}`),
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
    ...commandLines(asked, schedule),
  ];
};
