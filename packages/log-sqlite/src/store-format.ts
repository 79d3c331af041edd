import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, pragmaNumber } from './sqlite.ts';

/** `CUST`: how a store is told from other SQLite files (PRAGMA application_id, byte 68 of the file). */
const applicationId = 0x43555354;
/** The layout below (PRAGMA user_version). A change of it gets the next number, and an upgrade from this one. */
const formatVersion = 1;

/**
 * A stream's events 0 … revision lie in its segments, each right behind the one before it, and then in its tail.
 * `first` is the position before the first event, so `first + count` is where the next row begins.
 *
 * A segment is written once and never changed. `crc32` is of `data` as stored; `earliest` and `latest` are the
 * least and greatest `at` of its events; `chain` is the SHA-256 of the chain before it, its header and its data,
 * and so vouches for everything up to here. `codec` names how `data` was packed.
 *
 * A row of the tail is one append that was too small for a segment, as plain NDJSON.
 */
const layout = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE segments (
    stream INTEGER NOT NULL REFERENCES streams,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    earliest REAL,
    latest REAL,
    codec TEXT NOT NULL,
    crc32 INTEGER NOT NULL,
    chain BLOB NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (stream, first)
  ) STRICT;
  CREATE TABLE tail (
    stream INTEGER NOT NULL REFERENCES streams,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    crc32 INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (stream, first)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
`;

/** What a file turned out to be; `refused` carries the reason not to touch it, and what to do. */
export type StoreKind = { readonly kind: 'blank' | 'store' } | { readonly kind: 'refused'; readonly why: string };

/** Looks at the file without changing it. */
export const identify = (db: DatabaseSync): StoreKind => {
  const application = pragmaNumber(db, 'application_id');
  const version = pragmaNumber(db, 'user_version');
  if (application === applicationId) return version > formatVersion ? newer(version) : { kind: 'store' };
  const tables = db.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count;
  return application === 0 && version === 0 && tables === 0 ? { kind: 'blank' } : foreign(application);
};

const newer = (version: number): StoreKind => ({
  kind: 'refused',
  why: `it has store format ${version} and this version knows formats up to ${formatVersion}; upgrade custody`,
});

const foreign = (application: number): StoreKind => ({
  kind: 'refused',
  why: `it is a SQLite database of another program (application id ${application}); choose another path`,
});

/** Makes a store of a blank file; does nothing when another process has just done so. */
export const create = (db: DatabaseSync): void =>
  inTransaction(db, 'IMMEDIATE', () => {
    if (identify(db).kind === 'blank') db.exec(layout);
  });
