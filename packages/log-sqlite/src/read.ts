import type { DatabaseSync } from 'node:sqlite';
import { DamagedStreamError, type LogEvent, revision, type StreamId } from '@custody/log';
import { type Packed, unpack } from '@custody/segments';
import type { Rows } from './rows.ts';
import { inTransaction } from './sqlite.ts';

/** A stretch of a stream: the events between two positions. */
export interface Stretch {
  readonly stream: StreamId;
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Some of the stretch's events, beginning with its first: those of the segment it lies in, or of the whole tail.
 *
 * @throws DamagedStreamError when the event at `from` is not there, or not as it was written.
 */
export const readSome = (db: DatabaseSync, rows: Rows, stretch: Stretch): readonly LogEvent[] => {
  const { stream, from, to } = stretch;
  const [found, ...more] = rowsFor(db, rows, stretch).map((row, index, all) => {
    const previous = all[index - 1];
    const expected = previous === undefined ? from : previous.first + previous.count;
    if (index > 0 ? row.first !== expected : row.first > expected) throw missing(stream, expected, row.first);
    return unpack(stream, row, from, to);
  });
  return more.length === 0 ? (found ?? []) : [found ?? [], ...more].flat();
};

/** In one snapshot, or another process could roll the tail between looking for a segment and looking at the tail. */
const rowsFor = (db: DatabaseSync, rows: Rows, { stream, id, from, to }: Stretch): readonly Packed[] =>
  inTransaction(db, 'DEFERRED', () => {
    const segment = rows.segmentBefore(id, from);
    if (segment !== undefined && segment.first + segment.count > from) return [segment];
    const tail = rows.tailAfter(id, from);
    if (tail.length === 0) throw missing(stream, from, to);
    return tail;
  });

const missing = (stream: StreamId, from: number, to: number): DamagedStreamError =>
  new DamagedStreamError(stream, revision(from), revision(to), 'the store counts them but does not hold them');
