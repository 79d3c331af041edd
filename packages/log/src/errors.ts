import type { Revision, StreamId } from './ids.ts';

/** Thrown by `EventLog.append` when someone else appended first; re-read and decide again. */
export class RevisionConflictError extends Error {
  override readonly name: string = 'RevisionConflictError';
  readonly stream: StreamId;
  readonly expected: Revision;
  readonly actual: Revision;

  constructor(stream: StreamId, expected: Revision, actual: Revision) {
    super(`Cannot append to "${stream}" at revision ${expected}: current revision is ${actual}`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/**
 * Thrown when a store cannot do its part for a reason outside of the program: a path, a permission, a lock, a
 * version, a full disk. The message says what to do, so a face shows it without a stack trace.
 */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** Thrown when the events `from` up to `to` of `stream` cannot be read back as they were written. */
export class DamagedStreamError extends StoreError {
  override readonly name: string = 'DamagedStreamError';
  readonly stream: StreamId;
  readonly from: Revision;
  readonly to: Revision;

  constructor(stream: StreamId, from: Revision, to: Revision, reason: string, options?: { readonly cause: unknown }) {
    super(
      `Cannot read events ${from} to ${to} of "${stream}": ${reason}; ` +
        'the other events can still be read, restore these from a copy of the store',
      options,
    );
    this.stream = stream;
    this.from = from;
    this.to = to;
  }
}
