import type { Behaviour } from './behaviour.ts';
import type { Interchangeable } from './symmetry.ts';

/** Who moves and, where more than one thing can happen then, which of them: see `actionOf`. */
export type Action = number;

const outcomeBits = 4;
const outcomeCount = 1 << outcomeBits;
/** An action has 16 bits, as that is what a search remembers of it. */
export const actionCount = 1 << 16;
const taskCount = actionCount >> outcomeBits;

const isBelow = (count: number, value: number): boolean => Number.isInteger(value) && value >= 0 && value < count;

/**
 * The move of `task` (0, 1 …) with outcome 0, the usual one, or another of `Model.outcomes`.
 *
 * @throws RangeError when there is no room for such a task or outcome, as another action would be meant.
 */
export const actionOf = (task: number, outcome = 0): Action => {
  if (!isBelow(taskCount, task) || !isBelow(outcomeCount, outcome)) {
    throw new RangeError(
      `Cannot name the move of task ${task} with outcome ${outcome} as a model has at most ${taskCount} tasks and ${outcomeCount} outcomes`,
    );
  }
  return (task << outcomeBits) | outcome;
};
export const taskOf = (action: Action): number => action >> outcomeBits;
export const outcomeOf = (action: Action): number => action & (outcomeCount - 1);

/**
 * Takes one successor, standing in `scratch`. Each mark names something that happened on the way there: an assertion
 * that failed, a case that was reached. The model may use the array again, so whoever takes it must not keep it.
 */
export type Emit = (action: Action, marks?: readonly string[]) => void;

/**
 * A system that moves by discrete choices, packed so that a state is a few 32-bit words.
 *
 * An assertion that fails is a mark, given to `emit`, and its action still takes effect, so that a wrong model has full
 * state counts too.
 */
export interface Model {
  /** Words per state. */
  readonly words: number;
  /** How many tasks there are; they are written `T0`, `T1` … */
  readonly tasks: number;
  /** Names of what can happen when a task moves; the first is the usual outcome and is left out of a schedule. */
  readonly outcomes: readonly string[];
  /** Writes the initial state to the words from `at`. */
  initial(into: Int32Array, at: number): void;
  /**
   * Writes every successor of the state at `from` into `scratch`; calls `emit` after each, which must not write there.
   * Allocates nothing.
   *
   * @param only - the task whose moves are wanted. Default: -1, every task's.
   */
  successors(states: Int32Array, from: number, scratch: Int32Array, emit: Emit, only?: number): void;
  /** True when every task has finished and holds nothing: then having no successor is no deadlock. */
  isDone(states: Int32Array, at: number): boolean;
  isFinished(states: Int32Array, at: number, task: number): boolean;
  /**
   * The task that holds what `task` waits for; -1 when it can move or waits for nobody in particular. Tasks that wait
   * for each other in a cycle are a deadlock, whatever the others can still do. Called within `successors` too, before
   * `emit` returns; allocates nothing.
   */
  waitsFor?(states: Int32Array, at: number, task: number): number;
  /** The name of what `task` waits for, for people to read; null when it can move. */
  wants?(states: Int32Array, at: number, task: number): string | null;
  /** What may change places. Default: nothing. */
  readonly symmetry?: Interchangeable;
  /** What is known by now of what the tasks do; the same object again until there is more. Default: nothing is known. */
  readonly behaviour?: () => Behaviour;
}

/** `T0`, or `T0!fail` when something else than the usual happens. */
export const actionName = ({ outcomes }: Pick<Model, 'outcomes'>, action: Action): string => {
  const outcome = outcomeOf(action);
  return outcome === 0 ? `T${taskOf(action)}` : `T${taskOf(action)}!${outcomes[outcome] ?? outcome}`;
};

/** @returns the action of that name, or null when the model has no such task or outcome. */
export const parseAction = ({ tasks, outcomes }: Pick<Model, 'tasks' | 'outcomes'>, name: string): Action | null => {
  const [, digits, outcomeName] = /^T(\d+)(?:!(.+))?$/.exec(name) ?? [];
  const task = Number(digits);
  const outcome = outcomeName === undefined ? 0 : outcomes.indexOf(outcomeName);
  return digits === undefined || task >= tasks || outcome < 0 ? null : actionOf(task, outcome);
};
