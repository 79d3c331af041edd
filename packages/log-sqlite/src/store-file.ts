import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '@custody/log';
import { failure, isBusy, isForbidden, type StorePlace } from './failures.ts';
import { inTransaction, openDatabase } from './sqlite.ts';
import { create, formatVersion, identify, type StoreKind, upgrade } from './store-format.ts';

/** An open store. */
export interface Store extends StorePlace {
  readonly db: DatabaseSync;
  readonly readOnly: boolean;
}

/**
 * Opens the store at `path`, or creates it with its directories.
 *
 * A store that may not be written (by its mode, its directory's, or its file system's) is opened for reading.
 *
 * @throws StoreError when it is a directory, not a store, of a newer format, of an older one that may not be written, or
 *   locked for too long.
 */
export const openStore = async (
  path: string,
  { readOnly, busyTimeout }: { readonly readOnly: boolean; readonly busyTimeout: number },
): Promise<Store> => {
  const place: StorePlace = { path: resolve(path), busyTimeout };
  prepareDirectory(place.path, readOnly);
  try {
    return await retriedWhileBusy(busyTimeout, () => (readOnly ? openOnce(place, true) : openAsAllowed(place)));
  } catch (error) {
    throw failure('open the store', place, error);
  }
};

/** SQLite is asked rather than the file's mode, as a read-only file system or an ACL does not show there. */
const openAsAllowed = (place: StorePlace): Store => {
  try {
    return openOnce(place, false);
  } catch (error) {
    if (!isForbidden(error) || !existsSync(place.path)) throw error;
    return openOnce(place, true);
  }
};

const openOnce = (place: StorePlace, readOnly: boolean): Store => {
  const db = openDatabase(place.path, { readOnly, busyTimeout: place.busyTimeout });
  try {
    // One snapshot: another process may be making its tables just now.
    const found = inTransaction(db, 'DEFERRED', () => identify(db));
    if (found.kind === 'refused') throw new StoreError(`Cannot open the store ${place.path}: ${found.why}`);
    if (readOnly) refuseToRead(place, found);
    else prepareToWrite(db, found);
    return { ...place, db, readOnly };
  } catch (error) {
    db.close();
    throw error;
  }
};

/** Reading changes nothing: it makes no store of an empty file, and does not upgrade one of an older format. */
const refuseToRead = ({ path }: StorePlace, found: StoreKind): void => {
  if (found.kind === 'blank') {
    throw new StoreError(`Cannot open the store ${path} for reading: it is empty; give the path of a store`);
  }
  if (found.kind === 'store' && found.format < formatVersion) {
    throw new StoreError(
      `Cannot open the store ${path} for reading: it has store format ${found.format}, which is brought to format ` +
        `${formatVersion} where it may be written; copy it to such a place, and open the copy`,
    );
  }
};

/**
 * WAL lets readers go on while one process writes. With `synchronous = FULL` an acknowledged append outlives a
 * power cut, not just this process.
 */
const prepareToWrite = (db: DatabaseSync, found: StoreKind): void => {
  db.exec('PRAGMA synchronous = FULL');
  if (found.kind === 'blank') db.exec(`PRAGMA page_size = ${pageSize}`);
  writeAhead(db);
  if (found.kind === 'blank') create(db);
  if (found.kind === 'store' && found.format < formatVersion) upgrade(db);
};

/** Bytes of a page of a new store; a segment takes some 16,000. SQLite's part of an import takes a fifth less than with its 4096. */
const pageSize = 8192;

/**
 * Into WAL mode, and to stay there: only who has read in it has its lock, so that who closes just now cannot leave the
 * mode again. Without it a store works all the same, but writers and readers wait for each other.
 */
const writeAhead = (db: DatabaseSync): void => {
  const isIn = (): boolean => db.prepare('PRAGMA journal_mode').get()?.['journal_mode'] === 'wal';
  for (let tries = 0; tries < 5; tries += 1) {
    db.exec('PRAGMA journal_mode = WAL; SELECT count(*) FROM sqlite_schema');
    if (isIn()) return;
  }
};

/**
 * Gives the file back as one single file: everything out of the write-ahead log, and, when nobody else has it
 * open, out of WAL mode, so that it can be read from a medium where nothing can be written beside it.
 */
export const closeStore = ({ db, readOnly }: Store): void => {
  if (!readOnly) {
    attempt(() => db.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)'));
    attempt(() => db.exec('PRAGMA journal_mode = DELETE'));
  }
  attempt(() => db.close());
};

/**
 * Tidying up may fail: another process has the store open and will do it, the disk is full, the file was deleted. What
 * was acknowledged is in the file or in the log beside it either way.
 */
const attempt = (work: () => void): void => {
  try {
    work();
  } catch {}
};

/** SQLite refuses at once, without its busy timeout, when two processes change the journal mode together. */
const retriedWhileBusy = async <Result>(busyTimeout: number, work: () => Result): Promise<Result> => {
  const deadline = performance.now() + busyTimeout;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
      await new Promise((wake) => setTimeout(wake, 5 + Math.random() * 20));
    }
  }
};

const prepareDirectory = (path: string, readOnly: boolean): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw new StoreError(`Cannot open the store ${path}: it is a directory; give the path of a file in it`);
  }
  if (found !== undefined) return;
  if (readOnly) {
    throw new StoreError(`Cannot open the store ${path} for reading: there is no such file; give the path of a store`);
  }
  makeDirectory(path);
};

const makeDirectory = (path: string): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw new StoreError(
      `Cannot open the store ${path}: its directory cannot be made (${codeOf(cause)}); choose a path you may write to`,
      { cause },
    );
  }
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;
