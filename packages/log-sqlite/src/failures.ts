import { existsSync } from 'node:fs';
import { StoreError } from '@custody/log';

// Primary result codes, https://www.sqlite.org/rescode.html
const ERROR = 1;
const BUSY = 5;
const READONLY = 8;
const NOMEM = 7;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const TOOBIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const NOTADB = 26;

/** What is to be known of a store in order to explain its failures; milliseconds in `busyTimeout`. */
export interface StorePlace {
  readonly path: string;
  readonly busyTimeout: number;
}

/** The primary result code of an error of SQLite, else undefined. */
const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;

/** A number in the file that no number of ours is: Node reads none beyond 2^53. */
const isOutOfRange = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';

/** True when another process held a lock for too long. */
export const isBusy = (error: unknown): boolean => resultCode(error) === BUSY;

/** True when the file, or what SQLite keeps beside it, may not be written. */
export const isForbidden = (error: unknown): boolean => [READONLY, CANTOPEN].includes(resultCode(error) ?? 0);

/** True for a failure whose reason, as explained, is that the store is damaged. */
export const isDamage = (error: unknown): boolean =>
  error instanceof StoreError &&
  error.cause !== undefined &&
  explanation(error.cause, nowhere)?.startsWith(damaged) === true;

const nowhere: StorePlace = { path: '', busyTimeout: 0 };
const damaged = 'it is damaged';

const damage = (said: string): string =>
  `${damaged} (${said}); find out what can still be read with: custody doctor, and restore it from a copy`;

/** What is in the log can be read with a third file beside it only, and where that cannot be made, nothing can. */
const leftOpen = (path: string): string =>
  `it was never closed, and the part of it in ${path}-wal can only be read where its directory may be written; ` +
  'copy both to such a place, and open the copy';

const explanation = (error: unknown, { path, busyTimeout }: StorePlace): string | undefined => {
  const said = error instanceof Error ? error.message : '';
  switch (resultCode(error)) {
    case BUSY:
      return `another process has held its lock for over ${busyTimeout} ms; wait for it, or find it with: fuser ${path}`;
    case READONLY:
      return 'it is read-only; make the file and its directory writable, or work on a copy';
    case FULL:
      return 'the disk is full; nothing of this was stored, make room and try again';
    case ERROR:
      // Every statement of ours fits the tables of a store.
      return /^(no such (table|column|index)|unsupported file format|malformed)/.test(said) ? damage(said) : undefined;
    case NOMEM:
    case CORRUPT:
    case TOOBIG:
    case CONSTRAINT:
    case MISMATCH:
      return damage(said);
    case NOTADB:
      return 'it is not a SQLite database; it was left as it is, choose another path';
    case CANTOPEN:
      if (existsSync(`${path}-wal`)) return leftOpen(path);
      return `${said}; see that the file and its directory can be read and written by you`;
    case IOERR:
      return `${said}; see that its disk works and has room`;
    default:
      return isOutOfRange(error) ? damage(said) : undefined;
  }
};

/**
 * What to throw for `error`: a StoreError which says what could not be done, why, and what to do, when the reason
 * lies outside of the program; else `error` itself.
 *
 * @param doing - what could not be done, e.g. `open the store`, `append to "run-1" in`.
 */
export const failure = (doing: string, place: StorePlace, error: unknown): unknown => {
  const why = explanation(error, place);
  return why === undefined ? error : new StoreError(`Cannot ${doing} ${place.path}: ${why}`, { cause: error });
};

/** Runs `work`, with its failures explained. */
export const explained = <Result>(doing: string, place: StorePlace, work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    throw failure(doing, place, error);
  }
};
