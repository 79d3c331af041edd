import type { Revision, StreamId } from './ids.ts';

/**
 * A fact as the log keeps it: plain JSON data. Further fields beside these two (task, at, cpu, line …) are kept
 * as they are; a field that JSON cannot say (`undefined`, a function) is left out.
 */
export interface LogEvent {
  readonly type: string;
  readonly data: unknown;
}

/** The events between two revisions, `from` before `to`; what lies outside the stream is clamped away. */
export interface Range {
  readonly from?: Revision;
  readonly to?: Revision;
}

/** A stream as it stood when it was asked for, of which any part can be had at once, without waiting. */
export interface StreamReader<E extends LogEvent = LogEvent> {
  /** How many events it holds. */
  readonly revision: Revision;
  /**
   * The events `from` up to `to`, which lie inside the stream.
   *
   * @throws DamagedStreamError when one of them cannot be read back as it was written, or is not there any more.
   */
  read(from: number, to: number): readonly E[];
}

/** What `follow` needs of an AbortSignal; spelled out here as this package sees no platform types. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Append-only streams of events. Every adapter passes `eventLogContract`.
 *
 * What is read belongs to the reader: changing it changes nothing in the log. Disposing gives the resources back
 * and ends every `follow`; afterwards every other call rejects.
 */
export interface EventLog<E extends LogEvent = LogEvent> extends AsyncDisposable {
  /**
   * Appends all of `events` or nothing; an append of no events only checks `expected`.
   *
   * @returns the new revision.
   * @throws RevisionConflictError when the stream is not at `expected`.
   * @throws StoreError when the store is locked, read-only, full or damaged.
   */
  append(stream: StreamId, events: readonly E[], expected: Revision): Promise<Revision>;
  /**
   * Events `from` (default 0) up to `to` (default now: when the first are asked for), oldest first, some at a time as
   * the store has them together, never none; an unknown stream reads as empty.
   *
   * @throws DamagedStreamError when an event cannot be read back as it was written.
   */
  read(stream: StreamId, range?: Range): AsyncIterable<readonly E[]>;
  /** For who walks about in a stream: only what is read is built, so it need not fit into memory as objects. */
  reader(stream: StreamId): Promise<StreamReader<E>>;
  /**
   * Like `read`, one event at a time, then waits for more until `signal` aborts, and ends. Nothing is skipped or repeated. Where a store is
   * shared, what other processes append counts as well.
   */
  follow(stream: StreamId, from: Revision, signal: StopSignal): AsyncIterable<E>;
  /**
   * Forgets the stream with all its events: it reads as empty then, its head is 0, and appending begins a new one. A
   * stream that is not there is no trouble. What a `read` or `follow` that is under way still gives is not said.
   *
   * @throws StoreError as `append`.
   */
  remove(stream: StreamId): Promise<void>;
  /** How many events the stream holds now; 0 when nobody has appended to it. */
  head(stream: StreamId): Promise<Revision>;
  /** Every stream that holds an event, once each, in no promised order. */
  streams(): Promise<readonly StreamId[]>;
}
