import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { empty, revision, StoreError, streamId } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { openDatabase } from './sqlite.ts';
import { openSqliteLog } from './sqlite-log.ts';
import { asNobody } from './testing/as-nobody.testing.ts';
import { collect, newPlaces, numbered } from './testing/places.testing.ts';

const place = newPlaces();
const run = streamId('run-1');

const placeWith = (content: string): string => {
  const path = place();
  mkdirSync(dirname(path));
  writeFileSync(path, content);
  return path;
};

const placeWithStore = async (): Promise<string> => {
  const path = place();
  const log = await openSqliteLog(path);
  await log.append(run, numbered(3), empty);
  await log[Symbol.asyncDispose]();
  return path;
};

const database = (path: string) => openDatabase(path, { readOnly: false, busyTimeout: 0 });

const refusal = async (path: string, options = {}): Promise<string> => {
  const error = await openSqliteLog(path, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreError);
  return (error as Error).message;
};

describe('opening a store', () => {
  it('makes missing directories', async () => {
    await using log = await openSqliteLog(join(dirname(place()), 'a', 'b', 'custody.db'));
    expect(await log.streams()).toEqual([]);
  });

  it('makes a store of an empty file', async () => {
    await using log = await openSqliteLog(placeWith(''));
    expect(await log.append(run, numbered(1), empty)).toBe(1);
  });

  it('refuses a directory', async () => {
    const path = dirname(placeWith(''));
    expect(await refusal(path)).toBe(`Cannot open the store ${path}: it is a directory; give the path of a file in it`);
  });

  it('refuses a path below a file', async () => {
    expect(await refusal(join(placeWith('x'), 'custody.db'))).toMatch(
      /its directory cannot be made \((EEXIST|ENOTDIR)\)/,
    );
  });

  it.each(['hello\n', 'x'.repeat(10_000)])(
    'refuses a file that is no database, and leaves it as it is',
    async (text) => {
      const path = placeWith(text);
      expect(await refusal(path)).toContain('it is not a SQLite database; it was left as it is');
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it('refuses the database of another program, and leaves it as it is', async () => {
    const path = placeWith('');
    const db = database(path);
    db.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA application_id = 77');
    db.close();
    const before = readFileSync(path);
    expect(await refusal(path)).toContain('it is a SQLite database of another program (application id 77)');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a store of a newer format, and says which it knows', async () => {
    const path = await placeWithStore();
    const db = database(path);
    db.exec('PRAGMA user_version = 7');
    db.close();
    expect(await refusal(path)).toBe(
      `Cannot open the store ${path}: it has store format 7 and this version knows formats up to 2; upgrade custody`,
    );
  });

  it('gives up on a store that another holds for too long, and says how to find it', async () => {
    const path = await placeWithStore();
    const holder = database(path);
    holder.exec('BEGIN EXCLUSIVE');
    expect(await refusal(path, { busyTimeout: 30 })).toContain(`held its lock for over 30 ms; wait for it, or find it`);
    holder.close();
  });
});

describe('a store that may only be read', () => {
  it('reads, and refuses to append', async () => {
    const path = await placeWithStore();
    await using log = await openSqliteLog(path, { readOnly: true });
    expect(await collect(log.read(run))).toEqual(numbered(3));
    await expect(log.append(run, numbered(1), revision(3))).rejects.toThrow(
      `Cannot append to "run-1" in ${path}: it was opened for reading; make it writable, or copy it`,
    );
  });

  it('is not made when it is not there', async () => {
    expect(await refusal(place(), { readOnly: true })).toContain('there is no such file');
    expect(await refusal(placeWith(''), { readOnly: true })).toContain('it is empty');
  });

  it('is what a file without permission to write becomes by itself, in a directory without it', async () => {
    const path = await placeWithStore();
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    chmodSync(dirname(dirname(path)), 0o755);
    await asNobody(async () => {
      await using log = await openSqliteLog(path);
      expect(await collect(log.read(run))).toEqual(numbered(3));
      await expect(log.append(run, numbered(1), revision(3))).rejects.toThrow(StoreError);
    });
    chmodSync(dirname(path), 0o755);
  });
});

describe('a store that was never closed', () => {
  it('is refused, with what to do, where nothing can be written beside it', async () => {
    const path = await placeWithStore();
    await using log = await openSqliteLog(path);
    await log.append(run, numbered(2, 3), revision(3));
    const left = join(dirname(placeWith('')), 'left.db');
    for (const end of ['', '-wal']) copyFileSync(path + end, left + end);
    chmodSync(dirname(left), 0o555);
    chmodSync(dirname(dirname(left)), 0o755);
    await asNobody(async () => {
      expect(await refusal(left)).toBe(
        `Cannot open the store ${left}: it was never closed, and the part of it in ${left}-wal can only be read where its ` +
          'directory may be written; copy both to such a place, and open the copy',
      );
    });
    chmodSync(dirname(left), 0o755);
    await using opened = await openSqliteLog(left, { readOnly: true });
    expect(await collect(opened.read(run))).toEqual(numbered(5));
  });
});

describe('an append to a store that another is writing', () => {
  it('is refused after the busy timeout, with nothing stored, and works once the lock is free', async () => {
    const path = await placeWithStore();
    await using log = await openSqliteLog(path, { busyTimeout: 30 });
    const holder = database(path);
    holder.exec('BEGIN IMMEDIATE');
    const append = log.append(run, numbered(1, 3), revision(3));
    await expect(append).rejects.toThrow(`Cannot append to "run-1" in ${path}: another process has held its lock`);
    await expect(append).rejects.toThrow(StoreError);
    expect(await collect(log.read(run))).toEqual(numbered(3));
    holder.close();
    expect(await log.append(run, numbered(1, 3), revision(3))).toBe(4);
  });
});

describe('a copy of a closed store', () => {
  it('is the whole store', async () => {
    const path = await placeWithStore();
    const copy = join(dirname(path), 'mailed.db');
    copyFileSync(path, copy);
    await using log = await openSqliteLog(copy);
    expect(await collect(log.read(run))).toEqual(numbered(3));
  });
});
