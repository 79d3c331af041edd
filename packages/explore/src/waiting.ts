import type { Model } from './model.ts';

/** A task that waits, and for whom. */
export interface Waiting {
  readonly task: number;
  /** What it waits for, e.g. the name of a lock; null when the model does not say. */
  readonly wants: string | null;
  /** The task that holds that; null when nobody in particular does, or when the model does not say. */
  readonly holder: number | null;
}

const holderOf = (model: Model, states: Int32Array, at: number, task: number): number =>
  model.waitsFor === undefined ? -1 : model.waitsFor(states, at, task);

const waitingOf = (model: Model, states: Int32Array, at: number, task: number): Waiting => {
  const holder = holderOf(model, states, at, task);
  return { task, wants: model.wants?.(states, at, task) ?? null, holder: holder < 0 ? null : holder };
};

/** Is `task` one of some that wait for each other round and round? Allocates nothing. */
export const isInCycle = (model: Model, states: Int32Array, at: number, task: number): boolean => {
  if (model.waitsFor === undefined) return false;
  let length = 0;
  let waiter = task;
  do {
    waiter = model.waitsFor(states, at, waiter);
    length += 1;
  } while (waiter >= 0 && waiter !== task && length < model.tasks);
  return waiter === task;
};

/**
 * The tasks that wait for each other round and round through `task`, which comes first; each waits for the next and
 * the last for the first. Null when `task` is in no such cycle.
 */
export const cycleThrough = (model: Model, states: Int32Array, at: number, task: number): readonly Waiting[] | null => {
  if (!isInCycle(model, states, at, task)) return null;
  const cycle = [waitingOf(model, states, at, task)];
  for (let next = holderOf(model, states, at, task); next !== task; next = holderOf(model, states, at, next)) {
    cycle.push(waitingOf(model, states, at, next));
  }
  return cycle;
};

/** Every task that has not finished, in order: what to say of a standstill that no cycle explains. */
export const unfinished = (model: Model, states: Int32Array, at: number): readonly Waiting[] =>
  Array.from({ length: model.tasks }, (_, task) => task)
    .filter((task) => !model.isFinished(states, at, task))
    .map((task) => waitingOf(model, states, at, task));
