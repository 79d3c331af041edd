import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { chainOf, type Packed } from '@custody/segments';
import { noChain, noStreams, recounted, sealOf } from './seals.ts';

/** Changes a store of one format into the next; the caller brings the transaction and sets the number. */
type Upgrade = (db: DatabaseSync) => void;

interface OldStream {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
}
type OldTail = Omit<Packed, 'codec'> & { readonly stream: number };

/**
 * Format 2: chains in the tail too, a seal on each stream's row, a census of the streams. Segments stay as they are. It is
 * also the first format whose segments may be packed by codecs that custody 0.1 does not know, which refuses it.
 *
 * What is damaged stays damaged: a row whose checksum differs gets no chain, so that it does not become sound.
 */
const sealEverything: Upgrade = (db) => {
  const streams = db.prepare('SELECT id, name, revision FROM streams ORDER BY id').all() as unknown as OldStream[];
  const tails = db
    .prepare('SELECT stream, first, count, crc32, data FROM tail ORDER BY stream, first')
    .all() as unknown as OldTail[];
  const lastChain = db.prepare('SELECT chain FROM segments WHERE stream = ? ORDER BY first DESC LIMIT 1');
  const chains = new Map(
    streams.map(({ id }) => [id, (lastChain.get(id)?.['chain'] as Uint8Array | undefined) ?? noChain]),
  );
  db.exec(`
    DROP TABLE tail;
    DROP TABLE streams;
    ${tablesOf2}
  `);
  const addTail = db.prepare('INSERT INTO tail (stream, first, count, crc32, chain, data) VALUES (?, ?, ?, ?, ?, ?)');
  const names = new Map(streams.map(({ id, name }) => [id, name]));
  for (const { stream, ...row } of tails) {
    const isSound = crc32(row.data) === row.crc32;
    const previous = chains.get(stream) ?? noChain;
    const chain = isSound ? chainOf(names.get(stream) ?? '', { ...row, codec: 'ndjson' }, previous) : noChain;
    addTail.run(stream, row.first, row.count, row.crc32, chain, row.data);
    chains.set(stream, chain);
  }
  const addStream = db.prepare('INSERT INTO streams (id, name, revision, chain, seal) VALUES (?, ?, ?, ?, ?)');
  for (const stream of streams) {
    const sealed = { ...stream, chain: chains.get(stream.id) ?? noChain };
    addStream.run(sealed.id, sealed.name, sealed.revision, sealed.chain, sealOf(sealed));
  }
  const { streams: count, digest } = streams.reduce((sum, stream) => recounted(sum, 1, stream), noStreams);
  db.prepare('INSERT INTO census (streams, digest) VALUES (?, ?)').run(count, digest);
};

/** As format 2 has them, written out: a later format must not change what this upgrade makes. */
const tablesOf2 = `CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    chain BLOB NOT NULL,
    seal BLOB NOT NULL
  ) STRICT;
  CREATE TABLE tail (
    stream INTEGER NOT NULL REFERENCES streams,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    crc32 INTEGER NOT NULL,
    chain BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (stream, first)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE census (
    streams INTEGER NOT NULL,
    digest BLOB NOT NULL
  ) STRICT;`;

/** Each format that can be brought to the next one, oldest first. */
export const upgrades: readonly (readonly [from: number, step: Upgrade])[] = [[1, sealEverything]];
