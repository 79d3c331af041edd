import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { empty, type LogEvent, revision, streamId } from '@custody/log';
import { cut, segment, tailRow } from '@custody/segments';
import { describe, expect, it } from 'vitest';
import { openDatabase, pragmaNumber } from './sqlite.ts';
import { openSqliteLog } from './sqlite-log.ts';
import { change, checked } from './testing/damage.testing.ts';
import { collect, newPlaces, numbered } from './testing/places.testing.ts';

const place = newPlaces();

/** A store as custody 0.1 made it: format 1, written out here as no code makes it any more. */
const storeOfFormat1 = (streams: Readonly<Record<string, readonly LogEvent[]>>): string => {
  const path = place();
  mkdirSync(dirname(path));
  const db = openDatabase(path, { readOnly: false, busyTimeout: 0 });
  db.exec(`
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
  PRAGMA application_id = ${0x43555354};
  PRAGMA user_version = 1;
`);
  for (const [index, [name, events]] of Object.entries(streams).entries()) {
    const id = index + 1;
    db.prepare('INSERT INTO streams VALUES (?, ?, ?)').run(id, name, events.length);
    let chain: Uint8Array = new Uint8Array();
    let at = 0;
    for (const part of cut(events, { events: 10, chars: 100_000 })) {
      if (!part.isFull) break;
      const { first, count, earliest, latest, codec, crc32, data, ...sealed } = segment(
        streamId(name),
        at,
        part,
        chain,
      );
      chain = sealed.chain;
      at += count;
      db.prepare('INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        ...[id, first, count, earliest, latest, codec, crc32, chain, data],
      );
    }
    for (const event of events.slice(at)) {
      const { first, count, crc32, data } = tailRow(at++, [event]);
      db.prepare('INSERT INTO tail VALUES (?, ?, ?, ?, ?)').run(id, first, count, crc32, data);
    }
  }
  db.close();
  return path;
};

const formatOf = (path: string): number => {
  const db = openDatabase(path, { readOnly: true, busyTimeout: 0 });
  const format = pragmaNumber(db, 'user_version');
  db.close();
  return format;
};

const streams = { runs: numbered(3), 'run-1': numbered(37), 'run-2': numbered(20) };

describe('a store of format 1', () => {
  it('becomes one of format 2 when it is opened, with everything that it held, and sound', async () => {
    const path = storeOfFormat1(streams);
    const log = await openSqliteLog(path);
    for (const [name, events] of Object.entries(streams)) {
      expect(await collect(log.read(streamId(name)))).toEqual(events);
    }
    expect(await log.append(streamId('run-1'), numbered(100, 37), revision(37))).toBe(137);
    expect(await log.append(streamId('run-3'), numbered(2), empty)).toBe(2);
    await log[Symbol.asyncDispose]();
    expect(formatOf(path)).toBe(2);
    expect(await checked(path)).toMatchObject({ findings: [], check: { streams: 4, events: 162 } });
  });

  it('is upgraded once by two that open it together', async () => {
    const path = storeOfFormat1(streams);
    await using one = await openSqliteLog(path);
    await using two = await openSqliteLog(path);
    expect(await one.head(streamId('run-1'))).toBe(37);
    expect(await collect(two.read(streamId('run-2')))).toEqual(numbered(20));
  });

  it('does not become sound where it was damaged', async () => {
    const path = storeOfFormat1(streams);
    change(path, 'UPDATE tail SET data = CAST(\'{"type":"Forged"}\' AS BLOB) WHERE stream = 2 AND first = 33');
    await using log = await openSqliteLog(path);
    expect((await checked(path)).findings).toMatchObject([{ stream: 'run-1', from: 33, to: 34 }]);
    expect(await collect(log.read(streamId('run-1'), { to: revision(30) }))).toEqual(numbered(30));
    expect(await collect(log.read(streamId('run-2')))).toEqual(numbered(20));
  });

  it('is refused for reading only, with what to do, and left as it is', async () => {
    const path = storeOfFormat1(streams);
    const before = readFileSync(path);
    await expect(openSqliteLog(path, { readOnly: true })).rejects.toThrow(
      `Cannot open the store ${path} for reading: it has store format 1, which is brought to format 2 where it may be ` +
        'written; copy it to such a place, and open the copy',
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    copyFileSync(path, `${path}.copy`);
    await using copy = await openSqliteLog(`${path}.copy`);
    expect(await copy.head(streamId('run-1'))).toBe(37);
  });

  it('that fails to be upgraded stays what it was', async () => {
    const path = storeOfFormat1(streams);
    change(path, 'CREATE TABLE census (a)');
    await expect(openSqliteLog(path)).rejects.toThrow('already exists');
    expect(formatOf(path)).toBe(1);
  });
});
