import type { Bounds } from './bounds.ts';
import { type Components, componentsOf } from './components.ts';
import { type Graph, graphOf } from './graph.ts';
import { actionName, type Model } from './model.ts';
import type { Schedule } from './schedule.ts';
import { shortestWay } from './shortest-way.ts';

export interface HowOften {
  readonly states: number;
  readonly transitions: number;
  /** False when a bound stopped the search: then `times` is what was found so far, and there may be more. */
  readonly complete: boolean;
  /** The most transitions with the mark on one run; null when there is no limit to them. */
  readonly times: number | null;
  /** A shortest run with that many; without a limit, a shortest one to where `loop` starts. */
  readonly schedule: Schedule;
  /** Without a limit: the way from there back to the same state. Its first step carries the mark. */
  readonly loop: Schedule | null;
}

/** The first transition with the mark that lies on a loop, and the state it comes from. */
const firstOnLoop = (
  { states, first, targets, marked }: Graph,
  { componentOf }: Components,
): { source: number; edge: number } | null => {
  for (let source = 0; source < states; source += 1) {
    for (let edge = first[source] as number; edge < (first[source + 1] as number); edge += 1) {
      if (marked[edge] === 1 && componentOf[targets[edge] as number] === componentOf[source]) return { source, edge };
    }
  }
  return null;
};

/** Component → the most marks that a run from any of its states can still meet, where no loop carries any. */
const mostMarks = ({ states, first, targets, marked }: Graph, { componentOf, order }: Components): Int32Array => {
  const most = new Int32Array(states);
  for (const state of order) {
    const own = componentOf[state] as number;
    for (let edge = first[state] as number; edge < (first[state + 1] as number); edge += 1) {
      const marks = (most[componentOf[targets[edge] as number] as number] as number) + (marked[edge] as number);
      if (marks > (most[own] as number)) most[own] = marks;
    }
  }
  return most;
};

/**
 * How often transitions that carry `mark` can happen on one run of `model`, at most.
 *
 * @throws RangeError when a bound is no number to count to.
 */
export const howOften = (model: Model, mark: string, bounds: Bounds = {}): HowOften => {
  const graph = graphOf(model, mark, bounds);
  const { states, transitions, complete, targets, actions, marked } = graph;
  const components = componentsOf(graph);
  const { componentOf } = components;
  const scheduleOf = (edges: readonly number[]): Schedule =>
    edges.map((edge) => actionName(model, actions[edge] as number));

  const start = firstOnLoop(graph, components);
  if (start !== null) {
    const { source, edge } = start;
    const back = shortestWay(graph, {
      from: targets[edge] as number,
      isGoal: (state) => state === source,
      mayTake: (_source, candidate) => componentOf[targets[candidate] as number] === componentOf[source],
    });
    const loop = scheduleOf([edge, ...back]);
    return { states, transitions, complete, times: null, schedule: graph.scheduleTo(source), loop };
  }

  const most = mostMarks(graph, components);
  const left = (state: number): number => most[componentOf[state] as number] as number;
  // A run that ever takes another edge than these has lost a mark for good.
  const schedule = scheduleOf(
    shortestWay(graph, {
      from: 0,
      isGoal: (state) => left(state) === 0,
      mayTake: (source, edge) => left(targets[edge] as number) + (marked[edge] as number) === left(source),
    }),
  );
  return { states, transitions, complete, times: left(0), schedule, loop: null };
};
