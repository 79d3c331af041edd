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
  cut,
  type Line,
  lineOf,
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
 * Puts `lines` behind the stream's events, inside the caller's IMMEDIATE transaction.
 *
 * @returns the new revision.
 * @throws RevisionConflictError when the stream is not at `expected`.
 * @throws DamagedStreamError when the tail, which is to become a segment, is not as it was written.
 */
export const appendLines = (
  rows: Rows,
  size: Sealing,
  {
    stream,
    lines,
    expected,
  }: { readonly stream: StreamId; readonly lines: readonly Line[]; readonly expected: Revision },
): Revision => {
  const found = streamIn(rows, stream);
  const actual = revision(found?.revision ?? 0);
  if (actual !== expected) throw new RevisionConflictError(stream, expected, actual);
  if (lines.length === 0) return actual;
  const head = found ?? begun(rows, stream);
  const chain = staysInTail(rows, size, head.id, lines)
    ? addToTail(rows, head, lines)
    : rollTail(rows, size, head, lines);
  put(rows, { ...head, revision: actual + lines.length, chain });
  return revision(actual + lines.length);
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
  const sealed = segment(stream, end, waiting.map(lineOf), chain);
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

const staysInTail = (rows: Rows, size: SegmentSize, id: number, lines: readonly Line[]): boolean => {
  const tail = rows.tailSize(id);
  const chars = lines.reduce((sum, line) => sum + line.size, tail.bytes);
  return tail.count + lines.length < size.events && chars < size.chars;
};

const addToTail = (rows: Rows, { id, name, revision: head, chain }: Sealed, lines: readonly Line[]): Uint8Array => {
  const row = tailRow(head, lines);
  const next = chainOf(name, row, chain);
  rows.addTail(id, row, next);
  return next;
};

/** The tail and the new lines become segments; what is left over becomes the tail. @returns the last chain. */
const rollTail = (rows: Rows, size: Sealing, stream: Sealed, lines: readonly Line[]): Uint8Array => {
  const { id } = stream;
  const name = stream.name as StreamId;
  let { end, chain, waiting } = unsealed(rows, stream);
  const { complete, rest } = cut(waiting.map(lineOf).concat(lines), size);
  rows.clearTail(id);
  for (const part of complete) {
    const sealed = segment(name, end, part, chain, size);
    rows.addSegment(id, sealed);
    end += sealed.count;
    chain = sealed.chain;
  }
  return rest.length > 0 ? addToTail(rows, { id, name, revision: end, chain }, rest) : chain;
};

/** Where the segments end, and the events of the tail, all verified up to the chain that the stream's row holds. */
const unsealed = (
  rows: Rows,
  { id, name, revision: head, chain: tip }: Sealed,
): { readonly end: number; readonly chain: Uint8Array; readonly waiting: readonly LogEvent[] } => {
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
