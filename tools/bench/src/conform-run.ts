import { inItsOwnProcess } from './own-process.ts';

/** What `conform-once.ts` is told. */
export interface ConformRequest {
  /** How many times the recorded window is gone through. */
  readonly copies: number;
}

/** What explaining a run took, in a process of its own. */
export interface ConformRun {
  readonly events: number;
  /** Lines of text that the events were read from. */
  readonly lines: number;
  readonly worlds: number;
  /** Processor time of user and system, in seconds, and on the clock. */
  readonly cpu: number;
  readonly wall: number;
  /** The most memory that the process had, in bytes. */
  readonly memory: number;
}

export const runConform = (request: ConformRequest): ConformRun => inItsOwnProcess('conform-once.ts', request);
