import { inItsOwnProcess } from './own-process.ts';

/** What `kurrent-once.ts` is told. */
export interface KurrentRequest {
  readonly events: number;
  /** Events that are written one server event each. */
  readonly plain: number;
  /** Events in one append of the log. */
  readonly batch: number;
  /** How many events a follower waits for. */
  readonly singles: number;
}

/** Seconds for `events` by the log and for `plain` by the client alone. */
interface BesideClient {
  readonly log: number;
  readonly plain: number;
}

export interface KurrentRun {
  readonly importing: BesideClient;
  readonly reading: BesideClient;
  /** Milliseconds from the call of each append to its coming out of a `follow`. */
  readonly following: readonly number[];
}

export const runKurrent = (request: KurrentRequest): KurrentRun => inItsOwnProcess('kurrent-once.ts', request);
