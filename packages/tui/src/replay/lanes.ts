import { isTrouble } from '@custody/replay';
import type { TaskId, TraceEvent, World } from '@custody/trace';
import { type Row, type Span, span } from '../row.ts';

/** A column for one task. */
interface Lane {
  readonly task: TaskId;
  /** The task's name, when any event in sight knew it. */
  readonly comm: string | null;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** Tasks in sight that have no lane of their own; they share one. */
  readonly others: number;
}

const byName = new Intl.Collator('en', { numeric: true });

const commOf = (events: readonly TraceEvent[], task: TaskId): string | null =>
  events.find((event) => event.task === task && event.comm !== undefined)?.comm ?? null;

/**
 * Who gets a lane: the tasks that move most in the events in sight, in the order of their ids. When there are more
 * than `room`, the last lane is for all others.
 */
export const lanesOf = (events: readonly TraceEvent[], room: number): Lanes => {
  const moves = new Map<TaskId, number>();
  for (const { task } of events) moves.set(task, (moves.get(task) ?? 0) + 1);
  const busiest = [...moves].sort(([, left], [, right]) => right - left).map(([task]) => task);
  const own = busiest.length <= room ? busiest : busiest.slice(0, room - 1);
  const tasks = own.sort((left, right) => byName.compare(left, right));
  return { lanes: tasks.map((task) => ({ task, comm: commOf(events, task) })), others: busiest.length - own.length };
};

const namesOf = ({ lanes, others }: Lanes): readonly string[] => {
  const names = lanes.map(({ task, comm }) => (comm === null ? task : `${task} ${comm}`));
  return others > 0 ? [...names, others === 1 ? '1 other task' : `${others} other tasks`] : names;
};

/** The head of the lanes: a stair with a name on each step, over the column it belongs to. */
export const laneHeads = (lanes: Lanes, indent: number): readonly Row[] =>
  namesOf(lanes).map((name, step) => [span(`${' '.repeat(indent)}${'│ '.repeat(step)}┌ `), span(name, 'accent')]);

const standing = (world: World, task: TaskId): Span => {
  const locks = Object.values(world.locks);
  if (locks.some(({ waiters }) => waiters.includes(task))) return span('w ');
  if (locks.some(({ holders }) => holders.includes(task))) return span('┃ ');
  return world.tasks[task] === undefined ? span('· ') : span('│ ');
};

/** Nobody has worked out yet how the task stands. */
const unknown = span('? ');

/** One row of the lanes: who moved, and how everyone else stands in the world after it. */
export const laneCells = ({ lanes, others }: Lanes, event: TraceEvent, world: World | null): Row => {
  const moved = isTrouble(event) ? span('! ', 'bad') : span('● ');
  const cells = lanes.map(({ task }) =>
    task === event.task ? moved : world === null ? unknown : standing(world, task),
  );
  const isOther = lanes.every(({ task }) => task !== event.task);
  return others > 0 ? [...cells, isOther ? moved : span('· ')] : cells;
};
