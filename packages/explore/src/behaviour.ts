import type { Field } from './layout.ts';

/** One way in which a task can go on from a place, as far as others could notice. Fields are numbers in `fields`. */
export interface Footprint {
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
  /** Locks that it leaves held and free; each is among its writes too. */
  readonly takes: ReadonlySet<number>;
  readonly drops: ReadonlySet<number>;
  /** Where the task stands then; null when it does not move on, e.g. as it waits. */
  readonly next: number | null;
}

/** What the tasks of a model do, place by place: what a reduction must know of them. */
export interface Behaviour {
  readonly fields: readonly Field[];
  /** Fields that are locks: not 0 as long as somebody holds it, who alone changes it then. Numbers in `fields`. */
  readonly locks: ReadonlySet<number>;
  readonly tasks: readonly TaskBehaviour[];
}

export interface TaskBehaviour {
  /** Where the task stands. */
  readonly place: Field;
  /** Where it stands at the start. */
  readonly start: number;
  /** Place → every way to go on from there that is known. A place that is not among them has not been seen. */
  readonly steps: ReadonlyMap<number, readonly Footprint[]>;
}
