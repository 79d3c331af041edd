import { readFileSync, writeFileSync } from 'node:fs';
import { type DamagedStreamError, empty, revision, StoreError, streamId } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { openDatabase } from './sqlite.ts';
import { openSqliteLog } from './sqlite-log.ts';
import { collect, newPlaces, numbered } from './testing/places.testing.ts';

const place = newPlaces();
const run = streamId('run-1');
const other = streamId('run-2');

/** A closed store in which `run-1` and `run-2` hold three segments and a tail each. */
const store = async (): Promise<string> => {
  const path = place();
  const log = await openSqliteLog(path);
  await log.append(run, numbered(3100), empty);
  await log.append(other, numbered(3100, 50_000), empty);
  await log[Symbol.asyncDispose]();
  return path;
};

const change = (path: string, sql: string): void => {
  const db = openDatabase(path, { readOnly: false, busyTimeout: 0 });
  db.exec(sql);
  db.close();
};

const query = (path: string, sql: string): Uint8Array => {
  const db = openDatabase(path, { readOnly: true, busyTimeout: 0 });
  const { data } = db.prepare(sql).get() as { data: Uint8Array };
  db.close();
  return data;
};

/** Flips one bit of the file inside the bytes that `sql` selects, and in what SQLite left of them where they lay before. */
const flipBitOf = (path: string, sql: string): void => {
  const file = readFileSync(path);
  const data = query(path, sql);
  const places: number[] = [];
  for (let at = file.indexOf(data); at >= 0; at = file.indexOf(data, at + 1)) places.push(at + (data.length >> 1));
  expect(places).not.toEqual([]);
  for (const place of places) file[place] = (file[place] as number) ^ 1;
  writeFileSync(path, file);
};

const damageOf = async (path: string): Promise<DamagedStreamError> => {
  await using log = await openSqliteLog(path);
  const error = await collect(log.read(run)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreError);
  return error as DamagedStreamError;
};

describe('damage', () => {
  it('of one bit in a segment is reported with its stream and positions', async () => {
    const path = await store();
    flipBitOf(path, 'SELECT data FROM segments WHERE stream = 1 AND first = 1000');
    const error = await damageOf(path);
    expect(error).toMatchObject({ name: 'DamagedStreamError', stream: run, from: 1000, to: 2000 });
    expect(error.message).toMatch(
      /^Cannot read events 1000 to 2000 of "run-1": their checksum is \w{8} and was written/,
    );
  });

  it('leaves the other segments and the other streams readable', async () => {
    const path = await store();
    flipBitOf(path, 'SELECT data FROM segments WHERE stream = 1 AND first = 1000');
    await using log = await openSqliteLog(path);
    expect(await collect(log.read(run, { to: revision(1000) }))).toEqual(numbered(1000));
    expect(await collect(log.read(run, { from: revision(2000) }))).toEqual(numbered(1100, 2000));
    expect(await collect(log.read(other))).toEqual(numbered(3100, 50_000));
  });

  it('of one bit in the tail is reported as well, and nothing is built upon it', async () => {
    const path = await store();
    flipBitOf(path, 'SELECT data FROM tail WHERE stream = 1');
    expect(await damageOf(path)).toMatchObject({ name: 'DamagedStreamError', from: 3000, to: 3100 });
    await using log = await openSqliteLog(path);
    await expect(log.append(run, numbered(900), revision(3100))).rejects.toMatchObject({ name: 'DamagedStreamError' });
    expect(await log.head(run)).toBe(3100);
  });

  it.each([
    ['a lost segment', 'DELETE FROM segments WHERE stream = 1 AND first = 1000', 1000],
    ['a lost tail', 'DELETE FROM tail WHERE stream = 1', 3000],
    ['a wrong count', 'UPDATE segments SET count = 999 WHERE stream = 1 AND first = 1000', 1000],
    ['a wrong place', 'UPDATE segments SET first = 900 WHERE stream = 1 AND first = 1000', 1900],
  ])('is noticed: %s', async (_, sql, from) => {
    const path = await store();
    change(path, sql);
    const error = await damageOf(path);
    expect(error).toMatchObject({ name: 'DamagedStreamError', stream: run });
    expect(error.from).toBeLessThanOrEqual(from);
    expect(error.to).toBeGreaterThanOrEqual(from);
  });

  it('is not what a codec of a later version is', async () => {
    const path = await store();
    change(path, "UPDATE segments SET codec = 'columns' WHERE stream = 1 AND first = 1000");
    expect((await damageOf(path)).message).toBe(
      'Cannot read events 1000 to 2000 of "run-1": this version does not know their codec "columns"; upgrade custody',
    );
  });
});
