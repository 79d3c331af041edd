import type { LogEvent, StreamId } from '@custody/log';

/** One of a run's two streams, as it travels. */
export interface Stretch {
  readonly stream: StreamId;
  /** How many events of it there are. */
  readonly count: number;
}

/** Some events of one of the two streams, in order. */
export interface Batch {
  readonly of: 'events' | 'notes';
  readonly items: readonly LogEvent[];
}

/** A run on its way: what is said about it, its events, its notes. Where it comes from is not seen. */
export interface Parcel {
  /** Plain JSON, of which this package knows nothing: the workbench writes and reads it. */
  readonly about: unknown;
  readonly events: Stretch;
  readonly notes: Stretch;
  /**
   * All events, then all notes, oldest first; can be asked for again. What a file holds is believed only once this
   * has ended: before that, a later byte may still turn out to be wrong.
   *
   * @throws BundleError when it is not as it was written.
   */
  readonly read: () => AsyncIterable<Batch>;
}

/** A file, or what came through a pipe. */
export interface Source {
  /** What to call it in messages. */
  readonly name: string;
  /** Its bytes from the beginning, in pieces of any size; can be asked for again. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** What was written, told at its end. */
export interface Sealed {
  readonly bytes: number;
  /** SHA-256 of the events, each as its line of JSON and a newline: the same in every store and format. */
  readonly digest: string;
}
