import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ndjson, type Packed, packed, type Segment } from '@custody/segments';
import type { Census, Sealed } from './seals.ts';

/** A stream's row as it was found: its key in the other tables, how many events it holds, its last row's chain. */
export interface StreamRow extends Sealed {
  readonly seal: Uint8Array;
}

/** A row of segments or of the tail as it was found: nothing of it is certain before `verified` has seen it. */
export type FoundRow = Segment;

/** Where a stream's segments end, and the chain to hang the next one on. */
interface SealedEnd {
  readonly end: number;
  readonly chain: Uint8Array;
}

/** The statements of a store, prepared once. Each is one step; who calls them brings the transaction. */
export interface Rows {
  /** By the index on names. */
  streamNamed(name: string): StreamRow | undefined;
  /** By a scan of the table, without its index. */
  allStreams(): readonly StreamRow[];
  /** An id that no stream has. */
  freshId(): number;
  putStream(stream: StreamRow): void;
  census(): Census | undefined;
  setCensus(census: Census): void;
  /** Undefined when there is no segment. */
  sealedEnd(stream: number): SealedEnd | undefined;
  /** The last segment that begins at or before `position`. */
  segmentBefore(stream: number, position: number): FoundRow | undefined;
  /** The first `most` segments that begin after `position` and before `to`. */
  segmentsAfter(stream: number, position: number, to: number, most: number): readonly FoundRow[];
  /** The chain of the segment before the one that begins at `first`. */
  segmentChainBefore(stream: number, first: number): Uint8Array | undefined;
  addSegment(stream: number, segment: Segment): void;
  /** The size of the tail, in events and in bytes. */
  tailSize(stream: number): { readonly count: number; readonly bytes: number };
  /** The rows of the tail which hold anything after `position`. */
  tailAfter(stream: number, position: number): readonly FoundRow[];
  /** The chain of the tail's row before the one that begins at `first`. */
  tailChainBefore(stream: number, first: number): Uint8Array | undefined;
  addTail(stream: number, row: Packed, chain: Uint8Array): void;
  clearTail(stream: number): void;
  /** Forgets a stream and all that it holds. */
  removeStream(stream: number): void;
}

const one = <Row>(statement: StatementSync, ...values: (string | number)[]): Row | undefined =>
  statement.get(...values) as Row | undefined;
const all = <Row>(statement: StatementSync, ...values: (string | number)[]): readonly Row[] =>
  statement.all(...values) as unknown as readonly Row[];

/** Named as we name them: SQLite gives a column the name that its table's definition has, which a bit may have changed. */
const named = (...columns: readonly string[]): string => columns.map((column) => `${column} AS ${column}`).join(', ');
const streamColumns = named('id', 'name', 'revision', 'chain', 'seal');
export const segmentColumns = named('first', 'count', 'earliest', 'latest', 'codec', 'crc32', 'chain', 'data');
/** A row of the tail does not name its codec: no text begins with a byte of 0, and what is packed does. */
const tailCodec = `CASE substr(data, 1, 1) WHEN x'00' THEN '${packed.name}' ELSE '${ndjson.name}' END AS codec`;
/** The columns of a tail's row as those of a segment. */
const tailColumns = `${named('first', 'count', 'crc32', 'chain', 'data')}, NULL AS earliest, NULL AS latest, ${tailCodec}`;

export const rowsOf = (db: DatabaseSync): Rows => {
  const streamNamed = db.prepare(`SELECT ${streamColumns} FROM streams WHERE name = ?`);
  const allStreams = db.prepare(`SELECT ${streamColumns} FROM streams NOT INDEXED ORDER BY id`);
  const freshId = db.prepare('SELECT ifnull(max(id), 0) + 1 AS id FROM streams');
  const putStream = db.prepare(
    'INSERT INTO streams (id, name, revision, chain, seal) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) ' +
      'DO UPDATE SET revision = excluded.revision, chain = excluded.chain, seal = excluded.seal',
  );
  const census = db.prepare('SELECT streams AS streams, digest AS digest FROM census');
  const setCensus = db.prepare('UPDATE census SET streams = ?, digest = ?');
  const sealedEnd = db.prepare(
    'SELECT first + count AS end, chain AS chain FROM segments WHERE stream = ? ORDER BY first DESC LIMIT 1',
  );
  const segmentBefore = db.prepare(
    `SELECT ${segmentColumns} FROM segments WHERE stream = ? AND first <= ? ORDER BY first DESC LIMIT 1`,
  );
  const segmentsAfter = db.prepare(
    `SELECT ${segmentColumns} FROM segments WHERE stream = ? AND first > ? AND first < ? ORDER BY first LIMIT ?`,
  );
  const segmentChainBefore = db.prepare(
    'SELECT chain AS chain FROM segments WHERE stream = ? AND first < ? ORDER BY first DESC LIMIT 1',
  );
  const addSegment = db.prepare(
    'INSERT INTO segments (stream, first, count, earliest, latest, codec, crc32, chain, data) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const tailSize = db.prepare(
    'SELECT ifnull(sum(count), 0) AS count, ifnull(sum(length(data)), 0) AS bytes FROM tail WHERE stream = ?',
  );
  const tailAfter = db.prepare(`SELECT ${tailColumns} FROM tail WHERE stream = ? AND first + count > ? ORDER BY first`);
  const tailChainBefore = db.prepare(
    'SELECT chain AS chain FROM tail WHERE stream = ? AND first < ? ORDER BY first DESC LIMIT 1',
  );
  const addTail = db.prepare('INSERT INTO tail (stream, first, count, crc32, chain, data) VALUES (?, ?, ?, ?, ?, ?)');
  const clearTail = db.prepare('DELETE FROM tail WHERE stream = ?');
  const clearSegments = db.prepare('DELETE FROM segments WHERE stream = ?');
  const clearStream = db.prepare('DELETE FROM streams WHERE id = ?');

  return {
    streamNamed: (name) => one<StreamRow>(streamNamed, name),
    allStreams: () => all<StreamRow>(allStreams),
    freshId: () => one<{ id: number }>(freshId)?.id ?? 1,
    putStream: ({ id, name, revision, chain, seal }) => {
      putStream.run(id, name, revision, chain, seal);
    },
    census: () => one<Census>(census),
    setCensus: ({ streams, digest }) => {
      setCensus.run(streams, digest);
    },
    sealedEnd: (stream) => one<SealedEnd>(sealedEnd, stream),
    segmentBefore: (stream, position) => one<FoundRow>(segmentBefore, stream, position),
    segmentsAfter: (stream, position, to, most) => all<FoundRow>(segmentsAfter, stream, position, to, most),
    segmentChainBefore: (stream, first) => one<{ chain: Uint8Array }>(segmentChainBefore, stream, first)?.chain,
    addSegment: (stream, { first, count, earliest, latest, codec, crc32, chain, data }) => {
      addSegment.run(stream, first, count, earliest, latest, codec, crc32, chain, data);
    },
    tailSize: (stream) => one<{ count: number; bytes: number }>(tailSize, stream) ?? { count: 0, bytes: 0 },
    tailAfter: (stream, position) => all<FoundRow>(tailAfter, stream, position),
    tailChainBefore: (stream, first) => one<{ chain: Uint8Array }>(tailChainBefore, stream, first)?.chain,
    addTail: (stream, { first, count, crc32, data }, chain) => {
      addTail.run(stream, first, count, crc32, chain, data);
    },
    clearTail: (stream) => {
      clearTail.run(stream);
    },
    removeStream: (stream) => {
      for (const clear of [clearTail, clearSegments, clearStream]) clear.run(stream);
    },
  };
};
