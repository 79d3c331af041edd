import { actionOf, type Model } from './model.ts';

export interface CounterOptions {
  /** T1 waits until T0 has moved. */
  readonly waits?: boolean;
  /** T0's first move fails, whatever one wishes. */
  readonly fails?: boolean;
}

/** Two tasks of two moves each, one word each; the first move of T1 may fail, which takes it to 10. */
export const counter = ({ waits = false, fails = false }: CounterOptions = {}): Model => {
  const at = (states: Int32Array, index: number): number => states[index] as number;
  const isOver = (value: number): boolean => value >= 2;
  return {
    words: 2,
    tasks: 2,
    outcomes: ['ok', 'fail'],
    initial: (into, base) => into.fill(0, base, base + 2),
    successors: (states, from, scratch, emit) => {
      for (const task of [0, 1]) {
        const value = at(states, from + task);
        if (isOver(value) || (task === 1 && waits && at(states, from) === 0)) continue;
        const isForced = fails && task === 0 && value === 0;
        for (const outcome of isForced ? [1] : task === 1 && value === 0 ? [0, 1] : [0]) {
          scratch.set([at(states, from), at(states, from + 1)]);
          scratch[task] = outcome === 1 && task === 1 ? 10 : value + 1;
          emit(actionOf(task, outcome));
        }
      }
    },
    isDone: (states, base) => isOver(at(states, base)) && isOver(at(states, base + 1)),
    isFinished: (states, base, task) => isOver(at(states, base + task)),
  };
};
