import type { DatabaseSync } from 'node:sqlite';
import { DamagedStreamError, type LogEvent, revision, type StreamId } from '@custody/log';
import type { FoundRow, Rows, StreamRow } from './rows.ts';
import { noChain, sameBytes } from './seals.ts';
import { inTransaction } from './sqlite.ts';
import { streamIn, verified } from './verify.ts';

/** A stretch of a stream: the events between two positions. */
export interface Stretch {
  readonly stream: StreamId;
  readonly from: number;
  readonly to: number;
}

/** Rows that follow each other, the chain before them, and what the stream's row says. */
interface Found {
  readonly rows: readonly FoundRow[];
  readonly before: Uint8Array;
  readonly head: StreamRow;
}

/** A transaction and looking up the stream take some 60 µs, a segment of usual size 30. */
const segmentsAtOnce = 32;

/**
 * Some rows of the stretch, beginning with that of its first event: segments, or the whole tail. Each step gives the
 * events of the next row. None when the stream was removed in the meantime.
 *
 * @returns steps, which throw a DamagedStreamError when an event is not there, or not as it was written.
 */
export function* readSome(
  db: DatabaseSync,
  rows: Rows,
  { stream, from, to }: Stretch,
): Generator<readonly LogEvent[], void> {
  const found = inTransaction(db, 'DEFERRED', () => rowsFor(rows, { stream, from, to }));
  if (found === undefined) return;
  const head = found.head.revision;
  let previous = found.before;
  let at = from;
  for (const [index, row] of found.rows.entries()) {
    if (index > 0 && row.first !== at) throw missing(stream, at, head);
    const events = verified(row, { stream, at, head, previous }, from, to);
    previous = row.chain;
    at = row.first + row.count;
    if (at === head && !sameBytes(previous, found.head.chain)) throw missing(stream, row.first, head);
    if (events.length > 0) yield events;
  }
}

/**
 * In one snapshot, or another process could roll the tail between looking for a segment and looking at the tail. That
 * nothing lies behind the stream's end is looked at as well, as a head that was set back would hide it.
 */
const rowsFor = (rows: Rows, { stream, from, to }: Stretch): Found | undefined => {
  const head = streamIn(rows, stream);
  if (head === undefined || head.revision <= from) return undefined;
  const { id, revision: end } = head;
  const segment = rows.segmentBefore(id, from);
  if (segment !== undefined && segment.first + segment.count > from) {
    const segments = [segment, ...rows.segmentsAfter(id, segment.first, to, segmentsAtOnce - 1)];
    const last = segments.at(-1) ?? segment;
    if (last.first + last.count === end && rows.tailAfter(id, end).length > 0) throw missing(stream, from, end);
    return { rows: segments, before: rows.segmentChainBefore(id, segment.first) ?? noChain, head };
  }
  const tail = rows.tailAfter(id, from);
  const [first] = tail;
  if (first === undefined) throw missing(stream, from, end);
  const before = rows.tailChainBefore(id, first.first) ?? rows.sealedEnd(id)?.chain ?? noChain;
  return { rows: tail, before, head };
};

const missing = (stream: StreamId, from: number, to: number): DamagedStreamError =>
  new DamagedStreamError(stream, revision(from), revision(to), 'the store counts them but does not hold just them');
