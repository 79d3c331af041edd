import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { type LogEvent, revision, streamId } from '@custody/log';
import { checkStore, type Finding, type StoreCheck } from '../check-store.ts';
import { openDatabase } from '../sqlite.ts';
import { openSqliteLog } from '../sqlite-log.ts';
import { numbered } from './places.testing.ts';

/** What a store was given, by stream. */
export type Written = ReadonlyMap<string, readonly LogEvent[]>;

/** Changes a store with SQL that no version of ours would write. */
export const change = (path: string, sql: string): void => {
  const db = openDatabase(path, { readOnly: false, busyTimeout: 0 });
  db.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  db.close();
};

/** Flips bit `bit` of byte `byte` in a copy of `path` at `to`. */
export const flipped = (path: string, to: string, byte: number, bit: number): string => {
  copyFileSync(path, to);
  const file = readFileSync(to);
  file[byte] = (file[byte] ?? 0) ^ (1 << bit);
  writeFileSync(to, file);
  return to;
};

/** All findings, and what was looked at. */
export const checked = async (
  path: string,
): Promise<{ readonly findings: Finding[]; readonly check: StoreCheck | null }> => {
  const findings: Finding[] = [];
  const steps = checkStore(path);
  for (;;) {
    const step = await steps.next();
    if (step.done) return { findings, check: step.value };
    findings.push(step.value);
  }
};

/**
 * A closed store of some ten pages in which there is one of everything: streams of many segments, of a tail in several rows, of
 * both, of one event; times; a removed stream, whose pages are free.
 */
export const storeOfEverything = async (path: string): Promise<Written> => {
  const log = await openSqliteLog(path, { segmentEvents: 7 });
  const written = new Map<string, LogEvent[]>();
  const write = async (name: string, sizes: readonly number[]): Promise<void> => {
    const events: LogEvent[] = [];
    for (const size of sizes) {
      const more = numbered(size, events.length).map((event, index) => ({ ...event, at: 1000 + index * 3, name }));
      await log.append(streamId(name), more, revision(events.length));
      events.push(...more);
    }
    written.set(name, events);
  };
  await write('runs', [1, 1, 1]);
  await write('gone', [200, 3]);
  await write('run-a', [60, 3, 1]);
  await write('run-b', [2, 2, 1]);
  await write('run-c', [35]);
  await write('notes-a', [1]);
  await log.remove(streamId('gone'));
  written.delete('gone');
  await log[Symbol.asyncDispose]();
  return written;
};

/** Every value of every row, the schema, and the numbers in the header: what a bit can be about. */
export const everythingIn = (path: string): unknown => {
  const db = openDatabase(path, { readOnly: true, busyTimeout: 0 });
  try {
    const pragmas = ['application_id', 'user_version', 'page_size', 'encoding', 'auto_vacuum', 'page_count'];
    return [
      ...pragmas.map((name) => db.prepare(`PRAGMA ${name}`).all()),
      ...['sqlite_schema', 'streams', 'segments', 'tail', 'census'].map((table) =>
        db.prepare(`SELECT * FROM ${table} NOT INDEXED`).all(),
      ),
    ];
  } finally {
    db.close();
  }
};
