import type { Bound } from './bounds.ts';
import type { Schedule } from './schedule.ts';
import type { Waiting } from './waiting.ts';

export interface Deadlock {
  /** The shortest way there. */
  readonly schedule: Schedule;
  /**
   * The tasks that wait for each other in a cycle, in order, from the one whose move closed it; every unfinished task
   * where all stand still without a cycle.
   */
  readonly waits: readonly Waiting[];
}

/** Symmetry: of states that differ in the names of what is alike, one stands for all. Ample: see `Ample`. */
export interface Reduction {
  readonly symmetry: boolean;
  readonly ample: boolean;
}

export interface Report {
  readonly states: number;
  readonly transitions: number;
  /** False when a bound stopped the search: then an absent witness proves nothing. */
  readonly complete: boolean;
  /** What stopped the search; null when it is complete. */
  readonly bound: Bound | null;
  /** How many steps the farthest of the states is away. */
  readonly depth: number;
  /** The most bytes that the tables took at one time, for each state. */
  readonly bytesPerState: number;
  /** Which reductions were made; the counts are of the reduced graph then. */
  readonly reduction: Reduction;
  /**
   * Every schedule of at most this many steps is a shortest one; null when all of them are. Of a longer one there may
   * be a shorter: with ample sets steps can come first that are not needed, and the search for a way without them was
   * cut short (`ExploreOptions.exactStates`).
   */
  readonly shortestTo: number | null;
  /**
   * Only of a lossy search: an upper bound for the chance that it took some state for another, and so may not have
   * seen what lies behind it. What it found is real.
   */
  readonly lossy?: { readonly omission: number };
  /**
   * The shortest way to a state where a cycle of tasks wait for each other (by `Model.waitsFor`), or where nobody can
   * move though it is not done (by `Model.isDone`).
   */
  readonly deadlock?: Deadlock;
  /** How many states there are where nobody can move though not all is done. */
  readonly standstills: number;
  /** Property → shortest evidence: against an `always`, for a `sometimes`. */
  readonly witnesses: ReadonlyMap<string, Schedule>;
  /** Mark → shortest schedule whose last step carries it. */
  readonly marks: ReadonlyMap<string, Schedule>;
  /** How many marks all the transitions carry. */
  readonly markCount: number;
}
