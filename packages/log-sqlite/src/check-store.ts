import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { DamagedStreamError, StoreError, type StreamId } from '@custody/log';
import { checkWriteAheadLog } from './check-wal.ts';
import { explained, isDamage, type StorePlace } from './failures.ts';
import { type FoundRow, type Rows, rowsOf, type StreamRow, segmentColumns } from './rows.ts';
import { noChain, sameBytes } from './seals.ts';
import { closeStore, openStore, type Store } from './store-file.ts';
import { alteredTables, formatVersion } from './store-format.ts';
import { isComplete, isSealed, verified } from './verify.ts';

/** One thing that is not as it was written. */
export interface Finding {
  /**
   * `file`: SQLite's own structures; `streams`: the list of streams; `stream`: events of one stream; `orphan`: rows of
   * no stream.
   */
  readonly kind: 'file' | 'streams' | 'stream' | 'orphan';
  /** What is wrong, without a full stop; of events that are located, what is wrong with them. */
  readonly text: string;
  /** The stream that it is in, where that is known, and which of its events cannot be read: `from` up to `to`. */
  readonly stream?: string;
  readonly from?: number;
  readonly to?: number;
}

/** What was looked at. */
export interface StoreCheck {
  readonly format: number;
  /** Of the file, without what lies beside it. */
  readonly bytes: number;
  readonly streams: number;
  readonly segments: number;
  /** That could be read. */
  readonly events: number;
}

/**
 * Looks at everything in the store at `path`, changing nothing: SQLite's structures, the list of streams, and of every
 * row its checksum, its place in the chain, and its events.
 *
 * The store may be in use; what is looked at is one moment of it.
 *
 * @returns a generator of findings, none for a sound store, which ends with what was looked at; with null where it is
 *   so damaged that nothing behind the last finding could be looked at.
 * @throws StoreError when it cannot be opened or read for another reason than damage.
 */
export const checkStore = async function* (
  path: string,
  { busyTimeout = 5000 }: { readonly busyTimeout?: number } = {},
): AsyncGenerator<Finding, StoreCheck | null, undefined> {
  try {
    return yield* checkOpened(await openStore(path, { readOnly: true, busyTimeout }));
  } catch (error) {
    if (!(error instanceof StoreError && isDamage(error))) throw error;
    yield { kind: 'file', text: error.message.replace(/; .*$/s, '') };
    return null;
  }
};

function* checkOpened(store: Store): Generator<Finding, StoreCheck> {
  try {
    yield* checkFile(store);
    // One moment, whatever others write meanwhile.
    store.db.exec('BEGIN');
    yield* checkStructure(store, store.db);
    return yield* checkContents(store, store.db);
  } finally {
    closeStore(store);
  }
}

/** Bytes of the first page that have one right value, beside those that SQLite looks at; file format, 1.3. */
const fixedBytes: readonly (readonly [offset: number, length: number, value: number, what: string])[] = [
  [20, 1, 0, 'the reserved bytes of a page'],
  [44, 4, 4, 'the schema format'],
  [48, 4, 0, 'the suggested cache size'],
  [52, 4, 0, 'the mark of a vacuum'],
  [56, 4, 1, 'the text encoding'],
  [64, 4, 0, 'the mark of an incremental vacuum'],
  ...[72, 76, 80, 84, 88].map((at) => [at, 4, 0, 'the bytes kept for later'] as const),
];

/** What SQLite takes as it is, or corrects in silence. */
function* checkFile({ path }: StorePlace): Generator<Finding> {
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  readSync(file, header, 0, header.length, 0);
  closeSync(file);
  const wrong = (what: string): Finding => ({ kind: 'file', text: `the header of the file is damaged: ${what}` });
  const hasLog = existsSync(`${path}-wal`);
  // The first page of a new store may be in the write-ahead log only; its schema cookie is 0 in the file then.
  const isBlank = hasLog && header.readUInt32BE(40) === 0;
  for (const [offset, length, value, what] of isBlank ? [] : fixedBytes) {
    if (header.readUIntBE(offset, length) !== value) yield wrong(`${what} (byte ${offset})`);
  }
  const [writes, reads] = [header.readUInt8(18), header.readUInt8(19)];
  if (writes !== reads || writes < 1) yield wrong('the journal mode (byte 18)');
  yield* checkWriteAheadLog(`${path}-wal`);
  if (hasLog) return;
  if (header.readUInt32BE(24) !== header.readUInt32BE(92)) yield wrong('the change counter (byte 24)');
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const { size } = statSync(path);
  if (header.readUInt32BE(28) * pageSize !== size) {
    yield {
      kind: 'file',
      text: `the file has ${size} bytes and its header says ${header.readUInt32BE(28) * pageSize}`,
    };
  }
}

function* checkStructure(place: StorePlace, db: DatabaseSync): Generator<Finding> {
  const said = explained('check', place, () => db.prepare('PRAGMA integrity_check(20)').all());
  for (const row of said) {
    const text = String(row['integrity_check']);
    if (text !== 'ok') yield { kind: 'file', text: `SQLite finds: ${text.replaceAll('\n', ' ')}` };
  }
  for (const name of explained('check', place, () => alteredTables(db))) {
    yield { kind: 'file', text: `the definition of the table ${JSON.stringify(name)} is not that of a store` };
  }
}

function* checkContents(place: StorePlace, db: DatabaseSync): Generator<Finding, StoreCheck> {
  const rows = explained('check', place, () => rowsOf(db));
  const streams = explained('check', place, () => rows.allStreams());
  if (!explained('check', place, () => isComplete(rows, streams))) {
    yield { kind: 'streams', text: `the list of ${streams.length} streams is not complete, or names are changed` };
  }
  let [segments, events] = [0, 0];
  for (const stream of streams) {
    if (!isSealed(stream.name, stream)) {
      const text = `the row that counts the events of ${JSON.stringify(stream.name)} is not as it was written`;
      yield { kind: 'streams', stream: String(stream.name), text };
      continue;
    }
    const counted = yield* checkStream(place, db, rows, stream);
    segments += counted.segments;
    events += counted.events;
  }
  yield* checkOrphans(place, db);
  const bytes = statSync(place.path).size;
  return { format: formatVersion, bytes, streams: streams.length, segments, events };
}

function* checkOrphans(place: StorePlace, db: DatabaseSync): Generator<Finding> {
  for (const table of ['segments', 'tail']) {
    const sql = `SELECT count(*) AS count FROM ${table} WHERE stream NOT IN (SELECT id FROM streams)`;
    const orphans = Number(explained('check', place, () => db.prepare(sql).get())?.['count'] ?? 0);
    if (orphans > 0) yield { kind: 'orphan', text: `${orphans} rows of ${table} belong to no stream` };
  }
}

/** Walks all rows of a stream; what cannot be read of one does not stop it. */
function* checkStream(
  place: StorePlace,
  db: DatabaseSync,
  rows: Rows,
  { id, name, revision: head, chain: tip }: StreamRow,
): Generator<Finding, { readonly segments: number; readonly events: number }> {
  const stream = name as StreamId;
  // By a list made first: in an index out of order, the next row could be one that was there before.
  const list = db.prepare('SELECT rowid AS row FROM segments WHERE stream = ? ORDER BY first');
  const load = db.prepare(`SELECT ${segmentColumns} FROM segments WHERE rowid = ?`);
  let [at, segments, events] = [0, 0, 0];
  let previous = noChain;
  const gap = (to: number): Finding => {
    const text = 'the store counts them and does not hold just them';
    return { kind: 'stream', stream, from: at, to, text };
  };

  function* take(row: FoundRow): Generator<Finding> {
    if (Number.isSafeInteger(row.first) && row.first !== at) {
      yield gap(Math.max(row.first, at));
      if (row.first > at && row.first < head) at = row.first;
    }
    try {
      events += explained('check', place, () => verified(row, { stream, at, head, previous })).length;
    } catch (error) {
      yield found(stream, error);
    }
    if (row.chain instanceof Uint8Array) previous = row.chain;
    if (Number.isSafeInteger(row.count) && row.count > 0) at = Math.min(head, at + row.count);
  }

  try {
    for (const { row: key } of explained('check', place, () => list.all(id))) {
      const row = explained('check', place, () => load.get(Number(key)) as unknown as FoundRow | undefined);
      if (row !== undefined) yield* take(row);
      segments += 1;
    }
    for (const row of explained('check', place, () => rows.tailAfter(id, -1))) yield* take(row);
    if (at !== head) yield gap(head);
    else if (!sameBytes(previous, tip)) {
      yield { kind: 'stream', stream, text: 'its last events are not those that its row vouches for' };
    }
  } catch (error) {
    yield { ...found(stream, error), from: at, to: head };
  }
  return { segments, events };
}

const found = (stream: string, error: unknown): Finding => {
  if (!(error instanceof StoreError)) throw error;
  const text = error.message.replace(/; .*$/s, '');
  if (!(error instanceof DamagedStreamError)) return { kind: 'stream', stream, text };
  return { kind: 'stream', stream, from: error.from, to: error.to, text: text.replace(/^Cannot read .*?": /, '') };
};
