/** A named sentence about states, read straight from the packed row. */
export interface Property {
  /** `always`: true in every reachable state. `sometimes`: true in at least one. */
  readonly kind: 'always' | 'sometimes';
  readonly name: string;
  readonly holds: (states: Int32Array, at: number) => boolean;
}

/** True when the state at `at` is the evidence looked for: against an `always`, for a `sometimes`. */
export const isWitness = ({ kind, holds }: Property, states: Int32Array, at: number): boolean =>
  holds(states, at) === (kind === 'sometimes');
