import type { Graph } from './graph.ts';

export interface Way {
  readonly from: number;
  readonly isGoal: (state: number) => boolean;
  /** Whether the way may take `edge`, which leads from `source`. */
  readonly mayTake: (source: number, edge: number) => boolean;
}

/**
 * The edges of a shortest way, breadth first; none when `from` is a goal itself.
 *
 * @throws Error when there is no such way.
 */
export const shortestWay = (
  { states, first, targets }: Pick<Graph, 'states' | 'first' | 'targets'>,
  { from, isGoal, mayTake }: Way,
): readonly number[] => {
  const queue = new Int32Array(states);
  /** State → the edge by which it was met and where that comes from; -1 when it was not. */
  const edgeTo = new Int32Array(states).fill(-1);
  const sourceOf = new Int32Array(states).fill(-1);
  queue[0] = from;
  let queued = 1;
  for (let head = 0; head < queued; head += 1) {
    const state = queue[head] as number;
    if (isGoal(state)) {
      const edges: number[] = [];
      for (let at = state; at !== from; at = sourceOf[at] as number) edges.push(edgeTo[at] as number);
      return edges.reverse();
    }
    for (let edge = first[state] as number; edge < (first[state + 1] as number); edge += 1) {
      const target = targets[edge] as number;
      if (target === from || edgeTo[target] !== -1 || !mayTake(state, edge)) continue;
      edgeTo[target] = edge;
      sourceOf[target] = state;
      queue[queued] = target;
      queued += 1;
    }
  }
  throw new Error(`Cannot find a way from state ${from} as none leads to where it should`);
};
