import { fieldsOf, nameOf, rolesOf, type TaskId, type TraceEvent } from '@custody/trace';
import { type Run, uncompared } from '@custody/workbench';
import { fold, mailWidth } from '../print.ts';
import { raceTable } from './table.ts';

/** Events before and after the place where two runs part. */
const around = { before: 3, after: 6 } as const;

/** Numbers of the compared events around a position. */
const windowOf = ({ timeline }: Run, at: number): readonly number[] => {
  const isTold = (index: number): boolean => !uncompared.has((timeline.at(index) as TraceEvent).type);
  const before: number[] = [];
  for (let index = at - 1; index >= 0 && before.length < around.before; index -= 1)
    if (isTold(index)) before.unshift(index);
  const after: number[] = [];
  for (let index = at; index < timeline.length && after.length < around.after; index += 1)
    if (isTold(index)) after.push(index);
  return [...before, ...after];
};

/**
 * What one side of a comparison did around a position, as kernel people draw a race: a column for each task that is in it,
 * with its role below.
 */
export const sideTable = (name: string, run: Run, at: number): readonly string[] => {
  const indices = windowOf(run, at);
  const events = indices.map((index) => run.timeline.at(index));
  const tasks = [...new Set(events.map(({ task }) => task))];
  const columnOf = (task: TaskId): number => tasks.indexOf(task);
  const roleOf = rolesOf(run.timeline);
  const rows = events.map((event, row) => ({
    step: indices[row] as number,
    task: columnOf(event.task),
    words: [`${nameOf(event)} ${fieldsOf(event)}`.trimEnd()],
  }));
  return [
    `${name}, ${run.header.title}, around ${at}:`,
    '',
    ...raceTable(rows, tasks.length),
    '',
    ...tasks.flatMap((task) => fold(`  CPU${columnOf(task)}: ${roleOf(task)}`, mailWidth, 4)),
  ];
};
