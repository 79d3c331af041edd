import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ndjson, type Packed, packed, type Segment } from '@custody/segments';

/** A stream's row: its key in the other tables, and how many events it holds. */
interface StreamRow {
  readonly id: number;
  readonly revision: number;
}

/** Where a stream's segments end, and the chain to hang the next one on. */
interface SealedEnd {
  readonly end: number;
  readonly chain: Uint8Array;
}

/** The statements of a store, prepared once. Each is one step; who calls them brings the transaction. */
export interface Rows {
  streamNamed(name: string): StreamRow | undefined;
  streamNames(): readonly string[];
  /** Sets the head of a stream, which need not be there yet. @returns its id. */
  setRevision(name: string, revision: number): number;
  sealedEnd(stream: number): SealedEnd;
  /** The last segment that begins at or before `position`. */
  segmentBefore(stream: number, position: number): Packed | undefined;
  addSegment(stream: number, segment: Segment): void;
  /** The size of the tail, in events and in bytes. */
  tailSize(stream: number): { readonly count: number; readonly bytes: number };
  /** The rows of the tail which hold anything after `position`. */
  tailAfter(stream: number, position: number): readonly Packed[];
  addTail(stream: number, row: Packed): void;
  clearTail(stream: number): void;
  /** Forgets a stream and all that it holds. */
  removeStream(stream: number): void;
}

const one = <Row>(statement: StatementSync, ...values: (string | number)[]): Row | undefined =>
  statement.get(...values) as Row | undefined;
const all = <Row>(statement: StatementSync, ...values: (string | number)[]): readonly Row[] =>
  statement.all(...values) as unknown as readonly Row[];

/** A row of the tail does not name its codec: no text begins with a byte of 0, and what is packed does. */
const tailCodec = `CASE substr(data, 1, 1) WHEN x'00' THEN '${packed.name}' ELSE '${ndjson.name}' END AS codec`;

export const rowsOf = (db: DatabaseSync): Rows => {
  const streamNamed = db.prepare('SELECT id, revision FROM streams WHERE name = ?');
  const streamNames = db.prepare('SELECT name FROM streams ORDER BY id');
  const setRevision = db.prepare(
    'INSERT INTO streams (name, revision) VALUES (?, ?) ' +
      'ON CONFLICT (name) DO UPDATE SET revision = excluded.revision RETURNING id',
  );
  const sealedEnd = db.prepare(
    'SELECT first + count AS end, chain FROM segments WHERE stream = ? ORDER BY first DESC LIMIT 1',
  );
  const segmentBefore = db.prepare(
    'SELECT first, count, codec, crc32, data FROM segments WHERE stream = ? AND first <= ? ORDER BY first DESC LIMIT 1',
  );
  const addSegment = db.prepare(
    'INSERT INTO segments (stream, first, count, earliest, latest, codec, crc32, chain, data) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const tailSize = db.prepare(
    'SELECT ifnull(sum(count), 0) AS count, ifnull(sum(length(data)), 0) AS bytes FROM tail WHERE stream = ?',
  );
  const tailAfter = db.prepare(
    `SELECT first, count, ${tailCodec}, crc32, data FROM tail ` +
      'WHERE stream = ? AND first + count > ? ORDER BY first',
  );
  const addTail = db.prepare('INSERT INTO tail (stream, first, count, crc32, data) VALUES (?, ?, ?, ?, ?)');
  const clearTail = db.prepare('DELETE FROM tail WHERE stream = ?');
  const clearSegments = db.prepare('DELETE FROM segments WHERE stream = ?');
  const clearStream = db.prepare('DELETE FROM streams WHERE id = ?');

  return {
    streamNamed: (name) => one<StreamRow>(streamNamed, name),
    streamNames: () => all<{ name: string }>(streamNames).map(({ name }) => name),
    setRevision: (name, revision) => one<{ id: number }>(setRevision, name, revision)?.id as number,
    sealedEnd: (stream) => one<SealedEnd>(sealedEnd, stream) ?? { end: 0, chain: new Uint8Array() },
    segmentBefore: (stream, position) => one<Packed>(segmentBefore, stream, position),
    addSegment: (stream, { first, count, earliest, latest, codec, crc32, chain, data }) => {
      addSegment.run(stream, first, count, earliest, latest, codec, crc32, chain, data);
    },
    tailSize: (stream) => one<{ count: number; bytes: number }>(tailSize, stream) ?? { count: 0, bytes: 0 },
    tailAfter: (stream, position) => all<Packed>(tailAfter, stream, position),
    addTail: (stream, { first, count, crc32, data }) => {
      addTail.run(stream, first, count, crc32, data);
    },
    clearTail: (stream) => {
      clearTail.run(stream);
    },
    removeStream: (stream) => {
      for (const clear of [clearTail, clearSegments, clearStream]) clear.run(stream);
    },
  };
};
