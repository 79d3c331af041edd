import { drive } from './drive.ts';
import { type Action, actionName, type Model, taskOf } from './model.ts';
import type { Deadlock, Report } from './report.ts';
import type { Schedule } from './schedule.ts';
import { follow } from './schedulers/follow.ts';
import type { Symmetry } from './symmetry.ts';
import { cycleThrough, unfinished } from './waiting.ts';

/** A way through the states that were met: to one of them, and perhaps one move more. */
export interface Way {
  readonly to: number;
  readonly last: readonly Action[];
}

/** Shortest ways to what a search was to find, by name; and to the nearest deadlock, null where there is none. */
export interface Ways<To = Way> {
  readonly witnesses: ReadonlyMap<string, To>;
  readonly marks: ReadonlyMap<string, To>;
  readonly deadlock: To | null;
}

/** The same as schedules. */
export type Found = Pick<Report, 'witnesses' | 'marks' | 'deadlock'>;

/** A deadlock with who waits for whom in the state that its schedule leads to. */
const deadlockAfter = (model: Model, schedule: Schedule): Deadlock => {
  const state = new Int32Array(model.words);
  model.initial(state, 0);
  let mover = 0;
  drive(model, follow(schedule, { afterParting: 'stop' }), {
    maxSteps: schedule.length,
    onStep: (action, states, at) => {
      state.set(states.subarray(at, at + model.words));
      mover = taskOf(action);
    },
  });
  return { schedule, waits: cycleThrough(model, state, 0, mover) ?? unfinished(model, state, 0) };
};

/** What was found, as schedules. @param pathOf - the actions of a way, between canonical states if there are any. */
export const foundBy = <To>(
  model: Model,
  symmetry: Symmetry | null,
  { witnesses, marks, deadlock }: Ways<To>,
  pathOf: (way: To) => readonly Action[],
): Found => {
  const scheduleOf = (way: To): Schedule => {
    const path = pathOf(way);
    return (symmetry?.unfold(model, path) ?? path).map((action) => actionName(model, action));
  };
  const schedules = (ways: ReadonlyMap<string, To>): Map<string, Schedule> =>
    new Map([...ways].map(([name, way]) => [name, scheduleOf(way)]));
  return {
    witnesses: schedules(witnesses),
    marks: schedules(marks),
    ...(deadlock !== null && { deadlock: deadlockAfter(model, scheduleOf(deadlock)) }),
  };
};
