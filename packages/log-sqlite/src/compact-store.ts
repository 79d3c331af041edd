import { existsSync, statSync } from 'node:fs';
import { StoreError, type StreamId } from '@custody/log';
import { explained, isBusy } from './failures.ts';
import { rowsOf } from './rows.ts';
import { inTransaction } from './sqlite.ts';
import { closeStore, openStore, type Store } from './store-file.ts';
import { listed } from './verify.ts';
import { sealTail } from './write.ts';

/** What a compaction came to; bytes of the file. */
export interface Compaction {
  readonly before: number;
  readonly after: number;
  /** How many tails were packed. */
  readonly packed: number;
}

/** A smaller tail takes as much room packed as it does plain: a page. */
const worthPacking = 4096;

/**
 * Makes the store as small as it can be: tails of a page or more are packed, and the space of what was removed is
 * given back. It takes as much room again while it works; killed in between, nothing is lost.
 *
 * @throws StoreError when another process has it open, when it may not be written, when the disk has no room.
 */
export const compactStore = async (
  path: string,
  { busyTimeout = 5000 }: { readonly busyTimeout?: number } = {},
): Promise<Compaction> => {
  if (!existsSync(path))
    throw new StoreError(`Cannot compact ${path}: there is no such file; give the path of a store`);
  const store = await openStore(path, { readOnly: false, busyTimeout });
  try {
    if (store.readOnly) {
      throw new StoreError(`Cannot compact ${store.path}: it may only be read; make it and its directory writable`);
    }
    // What is to be measured is the file alone, and who else has it open shows in that it cannot be had alone.
    haveAlone(store);
    const before = statSync(store.path).size;
    const packed = explained('compact', store, () => packTails(store));
    explained('compact', store, () => store.db.exec('VACUUM'));
    return { before, after: statSync(store.path).size, packed };
  } finally {
    closeStore(store);
  }
};

const haveAlone = (store: Store): void => {
  try {
    store.db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE');
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    throw new StoreError(
      `Cannot compact ${store.path}: another process has it open; let it finish, or find it with: fuser ${store.path}`,
      { cause },
    );
  }
  store.db.exec(`PRAGMA busy_timeout = ${store.busyTimeout}`);
};

const packTails = ({ db }: Store): number => {
  const rows = rowsOf(db);
  const large = inTransaction(db, 'DEFERRED', () =>
    listed(rows).filter((name) => rows.tailSize(rows.streamNamed(name)?.id ?? 0).bytes >= worthPacking),
  );
  for (const name of large) inTransaction(db, 'IMMEDIATE', () => sealTail(rows, name as StreamId));
  return large.length;
};
