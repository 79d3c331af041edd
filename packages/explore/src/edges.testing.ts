import { actionOf, type Model } from './model.ts';

export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Default: its place in the list. */
  readonly task?: number;
  readonly marks?: readonly string[];
}

/**
 * A model drawn by hand: states are numbers, the first is 0; nothing is ever done. `waits` says for a state whom each
 * task waits for, -1 for nobody. One array of marks serves all transitions.
 */
export const edgesModel = (edges: readonly Edge[], waits: Readonly<Record<number, readonly number[]>> = {}): Model => {
  const passing: string[] = [];
  const drawn = edges.map((edge, index) => ({ ...edge, task: edge.task ?? index }));
  return {
    words: 1,
    tasks: Math.max(1, ...drawn.map(({ task }) => task + 1), ...Object.values(waits).map(({ length }) => length)),
    outcomes: ['ok'],
    initial: (into, at) => into.fill(0, at, at + 1),
    successors: (states, at, scratch, emit) => {
      const state = states[at];
      for (const { from, to, task, marks = [] } of drawn) {
        if (from !== state) continue;
        scratch[0] = to;
        passing.splice(0, passing.length, ...marks);
        emit(actionOf(task), passing);
      }
    },
    isDone: () => false,
    isFinished: () => false,
    waitsFor: (states, at, task) => waits[states[at] as number]?.[task] ?? -1,
  };
};
