import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Model } from '@custody/explore';
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
}

/** Its text, as SPIN, calls a deadlock only where nobody can move: not yet where tasks wait for each other in a cycle. */
export const measuredModel = ({ variant, size }: Pick<ReferenceRequest, 'variant' | 'size'>): Model => {
  const { waitsFor: _, ...model } = referenceModel(variant, size);
  return model;
};

/** One search in a process of its own, so that no run finds another's compiled code or memory. */
export const runReference = (request: ReferenceRequest): ReferenceRun => {
  const script = fileURLToPath(new URL('reference-once.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', script, JSON.stringify(request)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Cannot run the reference model as its process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as ReferenceRun;
};
