import { type Bounds, checkMaxStates, defaultMaxStates } from './bounds.ts';
import { type Action, actionName, type Emit, type Model, taskOf } from './model.ts';
import { isWitness, type Property } from './property.ts';
import type { Schedule } from './schedule.ts';
import { StateTable } from './state-table.ts';
import { cycleThrough, unfinished, type Waiting } from './waiting.ts';

export interface ExploreOptions extends Bounds {
  /** Called with every reachable state in which all tasks have finished. */
  readonly onDone?: (states: Int32Array, at: number) => void;
}

export interface Deadlock {
  /** The shortest way there. */
  readonly schedule: Schedule;
  /**
   * The tasks that wait for each other in a cycle, in order, from the one whose move closed it; every unfinished task
   * where all stand still without a cycle.
   */
  readonly waits: readonly Waiting[];
}

export interface Report {
  readonly states: number;
  readonly transitions: number;
  /** False when a bound stopped the search: then an absent witness proves nothing. */
  readonly complete: boolean;
  readonly reduction: { readonly symmetry: boolean; readonly ample: boolean };
  /**
   * The shortest way to a state where a cycle of tasks wait for each other (by `Model.waitsFor`), or where nobody can
   * move though it is not done (by `Model.isDone`).
   */
  readonly deadlock?: Deadlock;
  /** Property → shortest evidence: against an `always`, for a `sometimes`. */
  readonly witnesses: ReadonlyMap<string, Schedule>;
  /** Mark → shortest schedule whose last step carries it. */
  readonly marks: ReadonlyMap<string, Schedule>;
}

/**
 * Every state that `model` can reach, breadth first, so that each witness is a shortest one.
 *
 * @throws RangeError when `maxStates` is not a whole number of 1 or more.
 */
export const explore = (
  model: Model,
  properties: readonly Property[],
  { maxStates = defaultMaxStates, deadline = () => false, onDone }: ExploreOptions = {},
): Report => {
  checkMaxStates(maxStates);
  const { words } = model;
  const table = new StateTable(words);
  const scratch = new Int32Array(words);
  const witnesses = new Map<string, Schedule>();
  const marked = new Map<string, Schedule>();
  let deadlock: Deadlock | undefined;
  /** The state where `deadlock` is; of two, the one with the smaller number is the nearer. */
  let deadlockAt = Number.POSITIVE_INFINITY;
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

  const foundDeadlock = (id: number, waits: readonly Waiting[]): void => {
    deadlock = { schedule: scheduleTo(id), waits };
    deadlockAt = id;
  };

  /** Only the task that moved can have closed a cycle. */
  const watchForCycle = (id: number, action: Action): void => {
    const cycle = cycleThrough(model, table.rows, id * words, taskOf(action));
    if (cycle !== null) foundDeadlock(id, cycle);
  };

  const emit: Emit = (action, marks) => {
    transitions += 1;
    hasMoved = true;
    if (marks !== undefined) {
      for (let index = 0; index < marks.length; index += 1) {
        const mark = marks[index] as string;
        if (!marked.has(mark)) marked.set(mark, scheduleTo(from, action));
      }
    }
    const id = table.add(scratch, from, action, maxStates);
    if (id >= 0) {
      witness(id);
      if (deadlock === undefined) watchForCycle(id, action);
    } else if (id === -2) complete = false;
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
    if (model.isDone(table.rows, from * words)) onDone?.(table.rows, from * words);
    else if (from < deadlockAt) foundDeadlock(from, unfinished(model, table.rows, from * words));
  }
  return {
    states: table.count,
    transitions,
    complete,
    reduction: { symmetry: false, ample: false },
    ...(deadlock && { deadlock }),
    witnesses,
    marks: marked,
  };
};
