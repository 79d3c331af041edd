import type { DatabaseSync } from 'node:sqlite';

type Sqlite = typeof import('node:sqlite');

const isAboutSqlite = (warning: unknown): boolean => /^SQLite is an experimental feature/.test(String(warning));

/**
 * node:sqlite without its ExperimentalWarning, and with every other warning: Node announces it while the module
 * loads, so exactly that moment is listened in on.
 */
const loadSqlite = (): Sqlite => {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string, ...rest: []) => {
    if (!isAboutSqlite(warning)) emitWarning.call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
};

const sqlite = loadSqlite();

/**
 * Opens the file, creating it unless `readOnly`.
 *
 * @param busyTimeout - milliseconds to wait for another process's lock before SQLITE_BUSY.
 */
export const openDatabase = (
  path: string,
  { readOnly, busyTimeout }: { readonly readOnly: boolean; readonly busyTimeout: number },
): DatabaseSync => {
  const db = new sqlite.DatabaseSync(path, { readOnly, timeout: busyTimeout });
  // A damaged page is found out when it is loaded, and what a damaged schema may name has no side effects.
  db.exec('PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF');
  return db;
};

/**
 * Runs `work` in a transaction of its own; when it throws, nothing of it is kept.
 *
 * IMMEDIATE takes the one write lock first, so what is read inside stays true until COMMIT. DEFERRED reads one
 * snapshot and locks nobody out. `work` is synchronous, so no other call of this process gets in between.
 */
export const inTransaction = <Result>(db: DatabaseSync, mode: 'IMMEDIATE' | 'DEFERRED', work: () => Result): Result => {
  db.exec(`BEGIN ${mode}`);
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(db);
    throw error;
  }
};

/** SQLite itself has rolled back already after some failures (a full disk); then there is nothing left to undo. */
const rollBack = (db: DatabaseSync): void => {
  try {
    db.exec('ROLLBACK');
  } catch {}
};

/** The value of a PRAGMA that answers with one number. */
export const pragmaNumber = (db: DatabaseSync, name: string): number =>
  Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? { value: 0 })[0]);
