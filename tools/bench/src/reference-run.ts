import type { Model } from '@custody/explore';
import { inItsOwnProcess } from './own-process.ts';
import { referenceModel } from './reference-model.ts';
import type { ReferenceSize, ReferenceVariant } from './reference-size.ts';

/** What one search of the reference model found, and what it took. */
export interface ReferenceRun {
  readonly states: number;
  readonly transitions: number;
  readonly complete: boolean;
  readonly depth: number;
  /** Assertions that failed, on all the transitions. */
  readonly violations: number;
  /** States where nobody can move though not all is done. */
  readonly deadlocks: number;
  /** Steps of the shortest schedule to a failed assertion or a deadlock. */
  readonly shortest: number | null;
  readonly bytesPerState: number;
  readonly seconds: number;
  /** The most memory that the whole process took. */
  readonly residentBytes: number;
}

/** What `reference-once.ts` is told. */
export interface ReferenceRequest {
  readonly variant: ReferenceVariant;
  readonly size: ReferenceSize;
  readonly expectedStates: number;
  /** In how many threads; 1 is this one alone, without any exchange. */
  readonly workers: number;
  /** With both reductions. Default: every state. */
  readonly isReduced?: boolean;
}

/** Its text, as SPIN, calls a deadlock only where nobody can move: not yet where tasks wait for each other in a cycle. */
export const measuredModel = ({ variant, size }: Pick<ReferenceRequest, 'variant' | 'size'>): Model => {
  const { waitsFor: _, ...model } = referenceModel(variant, size);
  return model;
};

export const runReference = (request: ReferenceRequest): ReferenceRun => inItsOwnProcess('reference-once.ts', request);
