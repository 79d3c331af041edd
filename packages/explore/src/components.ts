import type { Graph } from './graph.ts';

/** The strongly connected components of a graph: the parts within which every state leads to every other. */
export interface Components {
  /** State → its component. A transition leads to its own component or to one of a smaller number. */
  readonly componentOf: Int32Array;
  /** All states, those of component 0 first, then those of 1 and so on. */
  readonly order: Int32Array;
}

/** Tarjan's algorithm (1972) from state 0, which leads to every other; without recursion, as a path may be long. */
export const componentsOf = ({ states, first, targets }: Pick<Graph, 'states' | 'first' | 'targets'>): Components => {
  const componentOf = new Int32Array(states).fill(-1);
  const order = new Int32Array(states);
  /** State → when it was met, from 1; 0 is not yet. */
  const met = new Int32Array(states);
  /** State → the earliest met that it is known to lead back to. */
  const low = new Int32Array(states);
  const nextEdge = first.slice(0, states);
  /** The way from state 0 to the state at hand. */
  const path = new Int32Array(states);
  /** The states met that have no component yet, in the order met. */
  const open = new Int32Array(states);
  let [depth, opened, meetings, ordered, components] = [-1, 0, 0, 0, 0];

  const meet = (state: number): void => {
    meetings += 1;
    met[state] = meetings;
    low[state] = meetings;
    open[opened] = state;
    opened += 1;
    depth += 1;
    path[depth] = state;
  };
  const lower = (state: number, to: number): void => {
    if (to < (low[state] as number)) low[state] = to;
  };
  /** Closes the component of `root`: it and every open state met after it. */
  const close = (root: number): void => {
    let state: number;
    do {
      opened -= 1;
      state = open[opened] as number;
      componentOf[state] = components;
      order[ordered] = state;
      ordered += 1;
    } while (state !== root);
    components += 1;
  };

  meet(0);
  while (depth >= 0) {
    const state = path[depth] as number;
    const edge = nextEdge[state] as number;
    if (edge < (first[state + 1] as number)) {
      nextEdge[state] = edge + 1;
      const target = targets[edge] as number;
      if (met[target] === 0) meet(target);
      else if (componentOf[target] === -1) lower(state, met[target] as number);
      continue;
    }
    if (low[state] === met[state]) close(state);
    depth -= 1;
    if (depth >= 0) lower(path[depth] as number, low[state] as number);
  }
  return { componentOf, order };
};
