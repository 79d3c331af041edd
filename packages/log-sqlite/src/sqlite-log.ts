import {
  DamagedStreamError,
  type EventLog,
  empty,
  followBy,
  type LogEvent,
  pulse,
  revision,
  StoreError,
  type StreamId,
} from '@custody/log';
import { explained } from './failures.ts';
import { readSome } from './read.ts';
import { type Rows, rowsOf } from './rows.ts';
import { inTransaction } from './sqlite.ts';
import { closeStore, openStore, type Store } from './store-file.ts';
import { listed, streamIn } from './verify.ts';
import { watchStore } from './watch.ts';
import { appendEvents, removeStream } from './write.ts';

export interface SqliteLogOptions {
  /** Opens for reading, and creates nothing. @default false, and true for a file that may not be written */
  readonly readOnly?: boolean;
  /** Milliseconds to wait for another process's lock, during which this process stands still. @default 5000 */
  readonly busyTimeout?: number;
  /** Events in a segment. Stores written with different values can be mixed freely. @default 1000 */
  readonly segmentEvents?: number;
  /**
   * Compresses the segments that are written from now on: three fifths of the bytes, for about a third more time. Both
   * kinds can lie in one store. @default false
   */
  readonly compressed?: boolean;
}

/** Large events fill a segment before their number does; well below SQLite's limit of 1 GB for a row. */
const segmentChars = 1_048_576;

/**
 * The log in one SQLite file at `path`, created with its directories when it is not there.
 *
 * Several processes may share it. While it is open a `-wal` and a `-shm` file lie beside it; after the last of
 * them has closed it, it is one single file. `follow` sees what others append within some milliseconds.
 *
 * @throws StoreError when it is a directory, not a store, of a newer format, or locked for too long.
 * @example
 * await using log = await openSqliteLog('custody.db');
 * await log.append(streamId('runs'), [opened], empty);
 */
export const openSqliteLog = async <E extends LogEvent = LogEvent>(
  path: string,
  { readOnly = false, busyTimeout = 5000, segmentEvents = 1000, compressed = false }: SqliteLogOptions = {},
): Promise<EventLog<E>> => {
  const store = await openStore(path, { readOnly, busyTimeout });
  const rows = statementsOf(store);
  const size = { events: segmentEvents, chars: segmentChars, compressed };
  const appended = pulse();
  const watch = watchStore(store, () => appended.beat());

  /** Runs one step on the store; `doing` is what a failure will say could not be done. */
  const step = <Result>(doing: string, work: () => Result): Result => {
    if (appended.stopped) throw new Error(`Cannot ${doing} in ${store.path} as the log is closed`);
    return explained(`${doing} in`, store, work);
  };

  /** As `step`, with the one write lock. */
  const change = <Result>(doing: string, work: () => Result): Result => {
    if (store.readOnly) {
      throw new StoreError(`Cannot ${doing} in ${store.path}: it was opened for reading; make it writable, or copy it`);
    }
    return step(doing, () => inTransaction(store.db, 'IMMEDIATE', work));
  };

  const headOf = (stream: StreamId): number => streamIn(rows, stream)?.revision ?? 0;

  const read: EventLog<E>['read'] = async function* (stream, { from = empty, to = Number.POSITIVE_INFINITY } = {}) {
    const doing = `read "${stream}"`;
    const end = Math.min(
      to,
      step(doing, () => headOf(stream)),
    );
    for (let at: number = from; at < end; ) {
      const some = readSome(store.db, rows, { stream, from: at, to: end });
      const begin = at;
      for (let next = step(doing, () => some.next()); !next.done; next = step(doing, () => some.next())) {
        at += next.value.length;
        yield next.value as readonly E[];
      }
      if (at === begin) return;
    }
  };

  const readAll = (stream: StreamId, from: number, to: number): readonly E[] => {
    const events: E[] = [];
    while (from + events.length < to) {
      const before = events.length;
      for (const some of readSome(store.db, rows, { stream, from: from + before, to })) {
        for (const event of some) events.push(event as E);
      }
      if (events.length === before)
        throw new DamagedStreamError(stream, revision(from), revision(to), 'they were removed');
    }
    return events;
  };

  const follow: EventLog<E>['follow'] = async function* (stream, from, signal) {
    const stop = watch.begin();
    try {
      yield* followBy(read, appended, { stream, from, signal });
    } finally {
      stop();
    }
  };

  return {
    append: async (stream, events, expected) => {
      const head = change(`append to "${stream}"`, () => appendEvents(rows, size, { stream, events, expected }));
      appended.beat();
      return head;
    },
    remove: async (stream) => change(`remove "${stream}"`, () => removeStream(rows, stream)),
    read,
    reader: async (stream) => {
      const doing = `read "${stream}"`;
      const end = step(doing, () => headOf(stream));
      return {
        revision: revision(end),
        read: (from, to) => step(doing, () => readAll(stream, from, Math.min(to, end))),
      };
    },
    follow,
    head: async (stream) => step(`read the head of "${stream}"`, () => revision(headOf(stream))),
    streams: async () => step('list the streams', () => listed(rows) as readonly StreamId[]),
    [Symbol.asyncDispose]: async () => {
      if (appended.stopped) return;
      appended.stop();
      watch.end();
      closeStore(store);
    },
  };
};

const statementsOf = (store: Store): Rows => {
  try {
    return explained('open the store', store, () => rowsOf(store.db));
  } catch (error) {
    closeStore(store);
    throw error;
  }
};
