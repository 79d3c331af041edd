import type { DatabaseSync } from 'node:sqlite';
import { noStreams } from './seals.ts';
import { inTransaction, pragmaNumber } from './sqlite.ts';
import { upgrades } from './upgrades.ts';

/** `CUST`: how a store is told from other SQLite files (PRAGMA application_id, byte 68 of the file). */
const applicationId = 0x43555354;
/** The layout below (PRAGMA user_version). A change of it gets the next number, and an upgrade from this one. */
export const formatVersion = 2;

/**
 * A stream's events 0 … revision lie in its segments, each right behind the one before it, and then in its tail.
 * `first` is the position before the first event, so `first + count` is where the next row begins.
 *
 * A segment is written once and never changed. `crc32` is of `data` as stored; `earliest` and `latest` are the
 * least and greatest `at` of its events; `chain` is the SHA-256 of the chain before it, its header and its data,
 * and so vouches for everything up to here. `codec` names how `data` was packed.
 *
 * A row of the tail is one append that was too small for a segment, as plain NDJSON; its `chain` goes on from the
 * segments'. A stream's row holds the chain of its last row, and a `seal` over itself; the census counts the streams,
 * so that none is lost unseen. seals.ts makes them all.
 */
const tables: Readonly<Record<string, string>> = {
  streams: `CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    chain BLOB NOT NULL,
    seal BLOB NOT NULL
  ) STRICT`,
  segments: `CREATE TABLE segments (
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
  ) STRICT`,
  tail: `CREATE TABLE tail (
    stream INTEGER NOT NULL REFERENCES streams,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    crc32 INTEGER NOT NULL,
    chain BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (stream, first)
  ) STRICT, WITHOUT ROWID`,
  census: `CREATE TABLE census (
    streams INTEGER NOT NULL,
    digest BLOB NOT NULL
  ) STRICT`,
};

/** The tables that SQLite keeps an index for. */
const indexed: readonly string[] = ['streams', 'segments'];

/** What a file turned out to be; `refused` carries the reason not to touch it, and what to do. */
export type StoreKind =
  | { readonly kind: 'blank' }
  | { readonly kind: 'store'; readonly format: number }
  | { readonly kind: 'refused'; readonly why: string };

/** Looks at the file without changing it. */
export const identify = (db: DatabaseSync): StoreKind => {
  const application = pragmaNumber(db, 'application_id');
  const version = pragmaNumber(db, 'user_version');
  if (application === applicationId) return known(version);
  const found = db.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'];
  return application === 0 && version === 0 && found === 0 ? { kind: 'blank' } : foreign(application);
};

const known = (format: number): StoreKind => {
  if (format >= 1 && format <= formatVersion) return { kind: 'store', format };
  if (format < 1)
    return { kind: 'refused', why: `it is damaged (there is no store format ${format}); restore it from a copy` };
  return {
    kind: 'refused',
    why: `it has store format ${format} and this version knows formats up to ${formatVersion}; upgrade custody`,
  };
};

const foreign = (application: number): StoreKind => ({
  kind: 'refused',
  why: `it is a SQLite database of another program (application id ${application}); choose another path`,
});

/** Makes a store of a blank file; does nothing when another process has just done so. */
export const create = (db: DatabaseSync): void =>
  inTransaction(db, 'IMMEDIATE', () => {
    if (identify(db).kind !== 'blank') return;
    for (const sql of Object.values(tables)) db.exec(sql);
    db.prepare('INSERT INTO census (streams, digest) VALUES (?, ?)').run(noStreams.streams, noStreams.digest);
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`);
  });

/**
 * Brings a store of an older format to this one, a format at a time, each in a transaction: killed in between, it is
 * a sound store of a format between. Does nothing when another process has just done so.
 */
export const upgrade = (db: DatabaseSync): void => {
  // A table that others refer to is made anew; what refers to it does not change.
  db.exec('PRAGMA foreign_keys = OFF');
  for (const [from, step] of upgrades) {
    inTransaction(db, 'IMMEDIATE', () => {
      if (pragmaNumber(db, 'user_version') !== from) return;
      step(db);
      db.exec(`PRAGMA user_version = ${from + 1}`);
    });
  }
  db.exec('PRAGMA foreign_keys = ON');
};

/** The tables and indexes whose definition is not that of this format, by name. */
export const alteredTables = (db: DatabaseSync): readonly string[] => {
  const found = db.prepare('SELECT name, tbl_name, type, sql FROM sqlite_schema').all();
  const isAsWritten = ({ name, tbl_name: table, type, sql }: (typeof found)[number]): boolean =>
    sql === null
      ? type === 'index' && indexed.includes(String(table)) && name === `sqlite_autoindex_${table}_1`
      : type === 'table' && name === table && tables[String(name)] === sql;
  const lost = Object.keys(tables).filter((name) => !found.some((row) => row['name'] === name));
  return [...found.filter((row) => !isAsWritten(row)).map(({ name }) => String(name)), ...lost];
};
