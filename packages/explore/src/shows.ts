import { type Action, type Emit, type Model, taskOf } from './model.ts';
import { isWitness, type Property } from './property.ts';
import { cycleThrough } from './waiting.ts';

/** Where a run has come to, and by what. */
export interface Arrival {
  /** The move that led here; null at the initial state. */
  readonly action: Action | null;
  readonly states: Int32Array;
  readonly at: number;
  /** The marks of that move. */
  readonly marks: readonly string[];
}

/** True when a run that arrives like this has shown what is looked for; must depend on nothing else. */
export type Shows = (arrival: Arrival) => boolean;

/** A state that is evidence: against an `always`, for a `sometimes`. */
export const violates =
  (property: Property): Shows =>
  ({ states, at }) =>
    isWitness(property, states, at);

/** A move that carries `mark`. */
export const carries =
  (mark: string): Shows =>
  ({ marks }) =>
    marks.includes(mark);

/** A move that closes a cycle of waiters. */
export const closesCycle =
  (model: Model): Shows =>
  ({ action, states, at }) =>
    action !== null && cycleThrough(model, states, at, taskOf(action)) !== null;

/** A move that closes a cycle of waiters, or a state where nobody can move though it is not done. */
export const deadlocks = (model: Model): Shows => {
  const scratch = new Int32Array(model.words);
  let canMove = false;
  const move: Emit = () => {
    canMove = true;
  };
  const closes = closesCycle(model);
  return (arrival) => {
    if (closes(arrival)) return true;
    canMove = false;
    model.successors(arrival.states, arrival.at, scratch, move);
    return !canMove && !model.isDone(arrival.states, arrival.at);
  };
};
