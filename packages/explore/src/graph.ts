import { type Bounds, checkMaxStates, defaultMaxStates } from './bounds.ts';
import { grown } from './grown.ts';
import { type Action, actionName, type Emit, type Model } from './model.ts';
import type { Schedule } from './schedule.ts';
import { StateTable } from './state-table.ts';

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

/**
 * All of `model` as a graph in which the transitions with `mark` are known. Transitions to states beyond a bound are
 * left out.
 *
 * @throws RangeError when `maxStates` is not a whole number of 1 or more.
 */
export const graphOf = (
  model: Model,
  mark: string,
  { maxStates = defaultMaxStates, deadline = () => false }: Bounds,
): Graph => {
  checkMaxStates(maxStates);
  const { words } = model;
  const table = new StateTable(words);
  const scratch = new Int32Array(words);
  let first = new Int32Array(firstRoom);
  let targets = new Int32Array(firstRoom);
  let actions = new Uint16Array(firstRoom);
  let marked = new Uint8Array(firstRoom);
  let edges = 0;
  let transitions = 0;
  let complete = true;
  let from = 0;

  const addEdge = (target: number, action: Action, isMarked: boolean): void => {
    if (edges === targets.length) {
      targets = grown(new Int32Array(edges * 2), targets);
      actions = grown(new Uint16Array(edges * 2), actions);
      marked = grown(new Uint8Array(edges * 2), marked);
    }
    targets[edges] = target;
    actions[edges] = action;
    marked[edges] = isMarked ? 1 : 0;
    edges += 1;
  };

  const emit: Emit = (action, marks) => {
    transitions += 1;
    const id = table.add(scratch, from, action, maxStates);
    if (id === -2) complete = false;
    else addEdge(id >= 0 ? id : table.idOf(scratch), action, marks?.includes(mark) ?? false);
  };

  model.initial(scratch, 0);
  table.add(scratch, 0, 0, maxStates);
  for (; from < table.count && complete; from += 1) {
    if ((from & 1023) === 1023 && deadline()) {
      complete = false;
      break;
    }
    if (from === first.length) first = grown(new Int32Array(from * 2), first);
    first[from] = edges;
    model.successors(table.rows, from * words, scratch, emit);
  }
  return {
    states: table.count,
    transitions,
    complete,
    first: grown(new Int32Array(table.count + 1).fill(edges), first.subarray(0, from)),
    targets,
    actions,
    marked,
    scheduleTo: (id) => table.pathTo(id).map((action) => actionName(model, action)),
  };
};
