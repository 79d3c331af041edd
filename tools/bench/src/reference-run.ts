import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
}

/** One search in a process of its own, so that no run finds another's compiled code or memory. */
export const runReference = (request: ReferenceRequest): ReferenceRun => {
  const script = fileURLToPath(new URL('reference-once.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', script, JSON.stringify(request)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Cannot run the reference model as its process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as ReferenceRun;
};
