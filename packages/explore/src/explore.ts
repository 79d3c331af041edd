import { type Action, actionName, type Emit, type Model } from './model.ts';
import { isWitness, type Property } from './property.ts';
import type { Schedule } from './schedule.ts';
import { StateTable } from './state-table.ts';

export interface Bounds {
  /** Stop when this many states are known and another one turns up. Default: 10 million. */
  readonly maxStates?: number;
  /** Asked every 1,024 states; true stops the search. The caller owns the clock. */
  readonly deadline?: () => boolean;
  /** Called with every reachable state in which all tasks have finished. */
  readonly onDone?: (states: Int32Array, at: number) => void;
}

export interface Report {
  readonly states: number;
  readonly transitions: number;
  /** False when a bound stopped the search: then an absent witness proves nothing. */
  readonly complete: boolean;
  readonly reduction: { readonly symmetry: boolean; readonly ample: boolean };
  /** The shortest way to a state where nobody can move though it is not done, by `Model.isDone`. */
  readonly deadlock?: Schedule;
  /** Property or broken assertion → shortest evidence: against an `always` or an assertion, for a `sometimes`. */
  readonly witnesses: ReadonlyMap<string, Schedule>;
}

/**
 * Every state that `model` can reach, breadth first, so that each witness is a shortest one.
 *
 * @throws RangeError when `maxStates` is not a whole number of 1 or more.
 */
export const explore = (
  model: Model,
  properties: readonly Property[],
  { maxStates = 10_000_000, deadline = () => false, onDone }: Bounds = {},
): Report => {
  if (!Number.isInteger(maxStates) || maxStates < 1) {
    throw new RangeError(`Cannot explore at most ${maxStates} states as that must be a whole number of 1 or more`);
  }
  const { words } = model;
  const table = new StateTable(words);
  const scratch = new Int32Array(words);
  const witnesses = new Map<string, Schedule>();
  let deadlock: Schedule | undefined;
  let transitions = 0;
  let complete = true;
  let from = 0;
  let hasMoved = false;
  let wanted = properties;

  const scheduleTo = (id: number, last?: Action): Schedule =>
    [...table.pathTo(id), ...(last === undefined ? [] : [last])].map((action) => actionName(model, action));

  const witness = (id: number): void => {
    for (const property of wanted) {
      if (!isWitness(property, table.rows, id * words)) continue;
      witnesses.set(property.name, scheduleTo(id));
      wanted = wanted.filter((other) => other !== property);
    }
  };

  const emit: Emit = (action, broken) => {
    transitions += 1;
    hasMoved = true;
    if (broken !== undefined && !witnesses.has(broken)) witnesses.set(broken, scheduleTo(from, action));
    const id = table.add(scratch, from, action, maxStates);
    if (id >= 0) witness(id);
    else if (id === -2) complete = false;
  };

  model.initial(scratch, 0);
  witness(table.add(scratch, 0, 0, maxStates));
  for (; from < table.count && complete; from += 1) {
    if ((from & 1023) === 1023 && deadline()) {
      complete = false;
      break;
    }
    hasMoved = false;
    model.successors(table.rows, from * words, scratch, emit);
    if (hasMoved) continue;
    if (!model.isDone(table.rows, from * words)) deadlock ??= scheduleTo(from);
    else onDone?.(table.rows, from * words);
  }
  return {
    states: table.count,
    transitions,
    complete,
    reduction: { symmetry: false, ample: false },
    ...(deadlock && { deadlock }),
    witnesses,
  };
};
