import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Store } from './store-file.ts';

/** Learns of what other processes do to a store, as long as somebody wants to know. */
export interface StoreWatch {
  /** Somebody wants to know, until the function given back is called. */
  begin(): () => void;
  /** Nobody can know any more: the store closes. */
  end(): void;
}

/** Milliseconds between looks where the file system says when something is written; it may lose a word. */
const slow = 500;
/** And where it does not say. */
const quick = 50;

/**
 * Calls `changed` after another connection has committed to the store.
 *
 * The directory is watched, as the `-wal` file that a commit is written to comes and goes; a sign from there, or a
 * slow clock, asks SQLite for its data_version, which is read from memory that the processes share and says whether
 * anybody else committed. The process lives on as long as somebody wants to know.
 */
export const watchStore = (store: Store, changed: () => void): StoreWatch => {
  const dataVersion = store.db.prepare('PRAGMA data_version');
  const names = new Set(['', '-wal', '-journal'].map((end) => basename(store.path) + end));
  let wanting = 0;
  let seen: unknown;
  let files: FSWatcher | undefined;
  let clock: NodeJS.Timeout | undefined;
  let looking = false;

  /** A failure is for the follower to meet, when it reads. */
  const version = (): unknown => {
    try {
      return dataVersion.get()?.['data_version'];
    } catch {
      return undefined;
    }
  };
  const look = (): void => {
    looking = false;
    if (wanting === 0) return;
    const now = version();
    if (now === seen && now !== undefined) return;
    seen = now;
    changed();
  };
  /** A commit is several writes: they are one look. */
  const lookSoon = (name: string | null): void => {
    if (looking || (name !== null && !names.has(name))) return;
    looking = true;
    setImmediate(look);
  };

  const tick = (every: number): void => {
    clearInterval(clock);
    clock = setInterval(look, every);
  };
  const start = (): void => {
    seen = version();
    tick(slow);
    try {
      files = watch(dirname(store.path), (_, name) => lookSoon(name)).on('error', () => tick(quick));
    } catch {
      tick(quick);
    }
  };
  const stop = (): void => {
    clearInterval(clock);
    files?.close();
    files = undefined;
  };

  return {
    begin: () => {
      wanting += 1;
      if (wanting === 1) start();
      return () => {
        if (wanting === 0) return;
        wanting -= 1;
        if (wanting === 0) stop();
      };
    },
    end: () => {
      wanting = 0;
      stop();
    },
  };
};
