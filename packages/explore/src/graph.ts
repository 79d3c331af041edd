import { type Bounds, checkBounds, defaultMaxStates } from './bounds.ts';
import { grown } from './grown.ts';
import { Memory } from './memory.ts';
import { actionName, type Emit, type Model } from './model.ts';
import type { Schedule } from './schedule.ts';
import { StateTable } from './state-table.ts';
import { noRoom } from './table.ts';

/**
 * The states that a model can reach, numbered breadth first from 0, and the transitions between them: those of state
 * `id` are the edges from `first[id]` to below `first[id + 1]`.
 */
export interface Graph {
  readonly states: number;
  /** As the model gave them; when a bound stopped the search, there are fewer edges than that. */
  readonly transitions: number;
  readonly complete: boolean;
  /** One more than there are states. */
  readonly first: Int32Array;
  /** Edge → the state that it leads to. */
  readonly targets: Int32Array;
  readonly actions: Uint16Array;
  /** Edge → 1 when it carries the mark asked for, else 0. */
  readonly marked: Uint8Array;
  /** The shortest schedule from the initial state to state `id`. */
  readonly scheduleTo: (id: number) => Schedule;
}

const firstRoom = 4096;
const edgeBytes = 7;

/**
 * All of `model` as a graph in which the transitions with `mark` are known. Transitions to states beyond a bound are
 * left out.
 *
 * @throws RangeError when a bound is no number to count to.
 */
export const graphOf = (model: Model, mark: string, bounds: Bounds): Graph => {
  checkBounds(bounds);
  const { maxStates: limit = defaultMaxStates, maxBytes = Number.POSITIVE_INFINITY, expectedStates = 0 } = bounds;
  const { words } = model;
  const memory = new Memory(maxBytes);
  const table = new StateTable(words, { limit, memory, expected: Math.min(limit, expectedStates) });
  const { rows } = table;
  const scratch = new Int32Array(words);
  let first = new Int32Array(firstRoom);
  let targets = new Int32Array(firstRoom);
  let actions = new Uint16Array(firstRoom);
  let marked = new Uint8Array(firstRoom);
  let edges = 0;
  let transitions = 0;
  let complete = true;
  let from = 0;
  /** The states before this one are at most `depth` steps away. */
  let levelEnd = 1;
  let depth = 0;

  /** @returns whether there is room for one edge more. */
  const growEdges = (): boolean => {
    const bigger = memory.take(edges * 2 * edgeBytes, () => ({
      targets: grown(new Int32Array(edges * 2), targets),
      actions: grown(new Uint16Array(edges * 2), actions),
      marked: grown(new Uint8Array(edges * 2), marked),
    }));
    if (bigger === null) return false;
    memory.giveBack(edges * edgeBytes);
    ({ targets, actions, marked } = bigger);
    return true;
  };

  const emit: Emit = (action, marks) => {
    transitions += 1;
    const id = table.add(scratch, from, action);
    if (id === noRoom || (edges === targets.length && !growEdges())) {
      complete = false;
      return;
    }
    targets[edges] = id >= 0 ? id : ~id;
    actions[edges] = action;
    marked[edges] = marks?.includes(mark) ? 1 : 0;
    edges += 1;
  };

  const pause = (): void => {
    bounds.onProgress?.({ states: rows.count, transitions, queue: rows.count - from, depth, goal: 'everything' });
    if (bounds.deadline?.() === true) complete = false;
  };

  model.initial(scratch, 0);
  table.add(scratch, 0, 0);
  memory.count(firstRoom * edgeBytes);
  for (; from < rows.count && complete; from += 1) {
    if (from === levelEnd) {
      levelEnd = rows.count;
      depth += 1;
    }
    if ((from & 1023) === 1023) pause();
    if (!complete) break;
    if (from === first.length) first = grown(new Int32Array(from * 2), first);
    first[from] = edges;
    model.successors(rows.chunkOf(from), rows.offsetOf(from), scratch, emit);
  }
  return {
    states: rows.count,
    transitions,
    complete,
    first: grown(new Int32Array(rows.count + 1).fill(edges), first.subarray(0, from)),
    targets,
    actions,
    marked,
    scheduleTo: (id) => rows.pathTo(id).map((action) => actionName(model, action)),
  };
};
