import { inItsOwnProcess } from './own-process.ts';

/** What `log-once.ts` is told. */
export interface LogRequest {
  readonly adapter: string;
  readonly events: number;
  /** Events in one append of the import. */
  readonly batch: number;
  /** How often one event anywhere is read, and how often one is appended. */
  readonly singles: number;
}

/** The same work done by the log and by a plain file, in turn; seconds. */
export interface Beside {
  readonly log: number;
  readonly raw: number;
}

/** What one run took. */
export interface LogRun {
  /** All events, to the end of closing. */
  readonly importing: Beside;
  /** The middle half of the events; the plain file's counted where they were unpacked. */
  readonly reading: Beside;
  /** One event anywhere, the median of them. */
  readonly seeking: Beside;
  /** One event appended and safe, the median of them. */
  readonly appending: Beside;
  /** Opening, asking for the head; the median. Null when there is nothing to open again. */
  readonly opening: number | null;
  /** The whole size in bytes; null when the log does not lie in a file. */
  readonly bytes: { readonly log: number | null; readonly raw: number };
}

export const runLog = (request: LogRequest): LogRun => inItsOwnProcess('log-once.ts', request);
