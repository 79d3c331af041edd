import { type LogEvent, type Revision, RevisionConflictError, revision, StoreError, type StreamId } from '@custody/log';
import type { SegmentSize } from '@custody/segments';
import { type Batch, batchesBehind, nowhere, type Place, placeAfter, removedMark } from './format.ts';
import type { Server } from './server.ts';

/** A log's way to its streams on the server, and what it remembers of them. */
export interface Streams {
  readonly server: Server;
  readonly prefix: string;
  /** Differs for every log that was ever opened. */
  readonly writer: string;
  readonly size: SegmentSize;
  /** What one append call may hold, in bytes. */
  readonly appendBytes: number;
  /** Where streams stood after the last append; the server says when that is not so any more. */
  readonly known: Map<StreamId, Place>;
}

/** Where the stream stands now. */
export const placeOf = async ({ server, prefix }: Streams, stream: StreamId): Promise<Place> =>
  placeAfter(stream, await server.last(prefix + stream));

/** Somebody is appending and removing all the time when a place is lost so often. */
const mostRounds = 10;

/**
 * Appends in one call of the server, and so all or nothing.
 *
 * @param append - tells this append from every other of this log.
 * @throws RevisionConflictError when the stream is not at `expected`.
 * @throws StoreError when the events are too much for one call, or the server cannot do it.
 */
export const appendEvents = async (
  streams: Streams,
  {
    stream,
    events,
    expected,
    append,
  }: {
    readonly stream: StreamId;
    readonly events: readonly LogEvent[];
    readonly expected: Revision;
    readonly append: number;
  },
): Promise<Revision> => {
  const { server, prefix, size, known } = streams;
  const batchAfter = batchesBehind(stream, { events, size, writer: `${streams.writer} ${append}` });
  let place = known.get(stream) ?? nowhere;
  for (let round = 0; round < mostRounds; round += 1) {
    if (place.head !== expected || events.length === 0) place = await placeOf(streams, stream);
    if (place.head !== expected) throw new RevisionConflictError(stream, expected, revision(place.head));
    if (events.length === 0) return expected;
    const batch = batchAfter(place);
    refuseTooLarge(streams, stream, batch, events.length);
    const answer = await server.append(prefix + stream, place.revision, batch.events);
    if (answer.kind === 'appended') {
      known.set(stream, { ...batch.after, revision: answer.revision });
      return revision(batch.after.head);
    }
    known.delete(stream);
    const actual = await placeOf(streams, stream);
    if (answer.mayBeOurs && (await isThere(streams, stream, actual, place.ordinal + 1, batch))) {
      return revision(batch.after.head);
    }
    if (actual.head !== expected) throw new RevisionConflictError(stream, expected, revision(actual.head));
    place = actual;
  }
  throw new StoreError(
    `Cannot append to "${stream}" on ${server.shown}: others write and remove it all the time; see who they are`,
  );
};

const refuseTooLarge = ({ server, appendBytes }: Streams, stream: StreamId, { bytes }: Batch, count: number): void => {
  if (bytes <= appendBytes) return;
  throw new StoreError(
    `Cannot append ${count} events to "${stream}" on ${server.shown}: they take ${bytes} bytes and one append may hold ` +
      `${appendBytes}; append fewer at a time`,
  );
};

/** True when the batch is what the stream holds from its `ordinal` on: an answer was lost, not the append. */
const isThere = async (
  { server, prefix }: Streams,
  stream: StreamId,
  place: Place,
  ordinal: number,
  batch: Batch,
): Promise<boolean> => {
  if (place.ordinal < ordinal) return false;
  const [there] = await server.page(prefix + stream, place.revision - place.ordinal + ordinal, 1);
  return there?.id === batch.events[0]?.id;
};

/**
 * Marks that the stream begins anew, and deletes softly what is before. The mark is what counts: a soft delete alone
 * would let those append who still believe in what was there, as the server goes on counting.
 */
export const removeStream = async (streams: Streams, stream: StreamId, append: number): Promise<void> => {
  const { server, prefix, known } = streams;
  known.delete(stream);
  for (let round = 0; round < mostRounds; round += 1) {
    const place = await placeOf(streams, stream);
    if (place.revision < 0) return;
    if (place.ordinal < 0) return server.deleteAt(prefix + stream, place.revision);
    const mark = removedMark(stream, `${streams.writer} ${append} ${place.revision}`);
    const answer = await server.append(prefix + stream, place.revision, [mark]);
    if (answer.kind === 'appended') return server.deleteAt(prefix + stream, answer.revision);
  }
  throw new StoreError(`Cannot remove "${stream}" on ${server.shown}: others write it all the time; see who they are`);
};
