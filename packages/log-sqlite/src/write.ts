import {
  DamagedStreamError,
  type LogEvent,
  type Revision,
  RevisionConflictError,
  revision,
  type StreamId,
} from '@custody/log';
import {
  chainOf,
  columnsOf,
  cut,
  type Packed,
  type SegmentOptions,
  type SegmentSize,
  segment,
  tailRow,
} from '@custody/segments';
import type { Rows } from './rows.ts';
import { noChain, noStreams, recounted, type Sealed, sameBytes, sealOf } from './seals.ts';
import { streamIn, verified } from './verify.ts';

/** How segments are made. */
interface Sealing extends SegmentSize, SegmentOptions {}

/**
 * Puts `events` behind the stream's events, inside the caller's IMMEDIATE transaction.
 *
 * @returns the new revision.
 * @throws RevisionConflictError when the stream is not at `expected`.
 * @throws DamagedStreamError when the tail, which is to become a segment, is not as it was written.
 * @throws TypeError when an event holds what JSON cannot say.
 */
export const appendEvents = (
  rows: Rows,
  size: Sealing,
  {
    stream,
    events,
    expected,
  }: { readonly stream: StreamId; readonly events: readonly LogEvent[]; readonly expected: Revision },
): Revision => {
  const found = streamIn(rows, stream);
  const actual = revision(found?.revision ?? 0);
  if (actual !== expected) throw new RevisionConflictError(stream, expected, actual);
  if (events.length === 0) return actual;
  const head = found ?? begun(rows, stream);
  const chain = addedToTail(rows, size, head, events) ?? rollTail(rows, size, head, events);
  put(rows, { ...head, revision: actual + events.length, chain });
  return revision(actual + events.length);
};

/** Forgets the stream, inside the caller's IMMEDIATE transaction. */
export const removeStream = (rows: Rows, stream: StreamId): void => {
  const found = streamIn(rows, stream);
  if (found === undefined) return;
  rows.removeStream(found.id);
  rows.setCensus(recounted(rows.census() ?? noStreams, -1, found));
};

/**
 * Packs the stream's whole tail into a segment, however small, inside the caller's IMMEDIATE transaction.
 *
 * @throws DamagedStreamError when the tail is not as it was written.
 */
export const sealTail = (rows: Rows, stream: StreamId): void => {
  const found = streamIn(rows, stream);
  if (found === undefined || rows.tailSize(found.id).count === 0) return;
  const { end, chain, waiting } = unsealed(rows, found);
  const sealed = segment(stream, end, columnsOf(waiting), chain);
  rows.clearTail(found.id);
  rows.addSegment(found.id, sealed);
  put(rows, { ...found, chain: sealed.chain });
};

/** The row of a stream without events, which others may refer to; it counts in the census from here on. */
const begun = (rows: Rows, name: StreamId): Sealed => {
  const fresh = { id: rows.freshId(), name, revision: 0, chain: noChain };
  put(rows, fresh);
  rows.setCensus(recounted(rows.census() ?? noStreams, 1, fresh));
  return fresh;
};

const put = (rows: Rows, { id, name, revision: head, chain }: Sealed): void => {
  const said = { id, name, revision: head, chain };
  rows.putStream({ ...said, seal: sealOf(said) });
};

/** @returns the last chain; undefined, and nothing is added, when the tail would be enough for a segment. */
const addedToTail = (
  rows: Rows,
  size: SegmentSize,
  stream: Sealed,
  events: readonly LogEvent[],
): Uint8Array | undefined => {
  const tail = rows.tailSize(stream.id);
  if (tail.count + events.length >= size.events) return undefined;
  const row = tailRow(stream.revision, events);
  return tail.bytes + row.data.length < size.chars ? addTail(rows, stream, row) : undefined;
};

const addTail = (rows: Rows, { id, name, chain }: Omit<Sealed, 'revision'>, row: Packed): Uint8Array => {
  const next = chainOf(name, row, chain);
  rows.addTail(id, row, next);
  return next;
};

/** The tail and the new events become segments; what is left over becomes the tail. @returns the last chain. */
const rollTail = (rows: Rows, size: Sealing, stream: Sealed, events: readonly LogEvent[]): Uint8Array => {
  const { id } = stream;
  const name = stream.name as StreamId;
  let { end, chain, waiting } = unsealed(rows, stream);
  const all = waiting.concat(events);
  const begin = end;
  rows.clearTail(id);
  for (const columns of cut(all, size)) {
    if (!columns.isFull) return addTail(rows, { id, name, chain }, tailRow(end, all.slice(end - begin)));
    const sealed = segment(name, end, columns, chain, size);
    rows.addSegment(id, sealed);
    end += sealed.count;
    chain = sealed.chain;
  }
  return chain;
};

/** Where the segments end, and the events of the tail, all verified up to the chain that the stream's row holds. */
const unsealed = (
  rows: Rows,
  { id, name, revision: head, chain: tip }: Sealed,
): { readonly end: number; readonly chain: Uint8Array; readonly waiting: LogEvent[] } => {
  const stream = name as StreamId;
  const { end, chain } = rows.sealedEnd(id) ?? { end: 0, chain: noChain };
  const waiting: LogEvent[] = [];
  let previous = chain;
  for (const row of rows.tailAfter(id, -1)) {
    for (const event of verified(row, { stream, at: end + waiting.length, head, previous })) waiting.push(event);
    previous = row.chain;
  }
  if (end + waiting.length === head && sameBytes(previous, tip)) return { end, chain, waiting };
  const from = revision(Math.min(Math.max(end, 0), head));
  throw new DamagedStreamError(stream, from, revision(head), 'the store counts them but does not hold just them');
};
