import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { empty, StoreError, streamId } from '@custody/log';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSqliteLog } from './sqlite-log.ts';
import { change, checked, everythingIn, flipped, storeOfEverything, type Written } from './testing/damage.testing.ts';
import { collect, newPlaces, numbered } from './testing/places.testing.ts';

const place = newPlaces();
let sound: string;
let written: Written;
beforeAll(async () => {
  sound = place();
  written = await storeOfEverything(sound);
});

const copyOfSound = async (): Promise<string> => {
  const path = `${sound}-${copies++}`;
  copyFileSync(sound, path);
  return path;
};
let copies = 0;

describe('the check of a store', () => {
  it('finds nothing in a sound one, says what it looked at, and leaves it as it is', async () => {
    const before = readFileSync(sound);
    const { findings, check } = await checked(sound);
    expect(findings).toEqual([]);
    const events = [...written.values()].flat().length;
    expect(check).toMatchObject({ format: 2, bytes: before.length, streams: 5, events });
    expect(readFileSync(sound).equals(before)).toBe(true);
  });

  it('finds nothing in one that is in use, or was left behind by a process that was killed', async () => {
    const path = await copyOfSound();
    await using log = await openSqliteLog(path);
    await log.append(streamId('run-d'), numbered(3), empty);
    expect((await checked(path)).findings).toEqual([]);
    const left = await copyOfSound();
    for (const end of ['', '-wal']) copyFileSync(path + end, left + end);
    expect((await checked(left)).check?.streams).toBe(6);
    expect((await checked(left)).findings).toEqual([]);
  });

  it.each([
    [
      'a segment that is lost',
      "DELETE FROM segments WHERE first = 14 AND stream = (SELECT id FROM streams WHERE name = 'run-a')",
      { stream: 'run-a', from: 14, to: 21 },
    ],
    [
      'a segment that is longer than it says',
      "UPDATE segments SET count = 6 WHERE first = 14 AND stream = (SELECT id FROM streams WHERE name = 'run-a')",
      { stream: 'run-a', from: 14, to: 20 },
    ],
    [
      'a segment with another time',
      'UPDATE segments SET latest = 9 WHERE first = 21',
      { stream: 'run-a', from: 21, to: 28 },
    ],
    [
      'an append of the tail that is lost',
      "DELETE FROM tail WHERE first = 2 AND stream = (SELECT id FROM streams WHERE name = 'run-b')",
      { stream: 'run-b', from: 2, to: 4 },
    ],
    [
      'an append of the tail elsewhere',
      "UPDATE tail SET first = 5 WHERE first = 4 AND stream = (SELECT id FROM streams WHERE name = 'run-b')",
      { stream: 'run-b', from: 4 },
    ],
    [
      'a head that was set back',
      "UPDATE streams SET revision = 4 WHERE name = 'run-b'",
      { kind: 'streams', stream: 'run-b' },
    ],
    ['a stream with another name', "UPDATE streams SET name = 'run-z' WHERE name = 'run-b'", { kind: 'streams' }],
    ['a stream that is lost', "DELETE FROM streams WHERE name = 'run-b'", { kind: 'streams' }],
    ['rows of no stream', "DELETE FROM streams WHERE name = 'run-b'", { kind: 'orphan' }],
    ['a table with another definition', 'CREATE TABLE other (a)', { kind: 'file' }],
  ])('finds %s, and where', async (_, sql, finding) => {
    const path = await copyOfSound();
    change(path, sql);
    expect((await checked(path)).findings).toContainEqual(expect.objectContaining(finding));
  });

  it('goes on behind what is damaged', async () => {
    const path = await copyOfSound();
    change(
      path,
      "UPDATE segments SET data = zeroblob(9) WHERE first = 14 AND stream = (SELECT id FROM streams WHERE name = 'run-a')",
    );
    const { findings, check } = await checked(path);
    expect(findings).toEqual([
      {
        kind: 'stream',
        stream: 'run-a',
        from: 14,
        to: 21,
        text: expect.stringMatching(/^their checksum is \w{8} and was written as/),
      },
    ]);
    expect(check?.events).toBe([...written.values()].flat().length - 7);
  });

  it('finds commits that are lost behind a damaged place of the write-ahead log', async () => {
    const path = await copyOfSound();
    await using log = await openSqliteLog(path);
    for (const run of ['run-d', 'run-e', 'run-f']) await log.append(streamId(run), numbered(30), empty);
    const left = await copyOfSound();
    for (const end of ['', '-wal']) copyFileSync(path + end, left + end);
    const wal = readFileSync(`${left}-wal`);
    wal[5000] = (wal[5000] ?? 0) ^ 4;
    writeFileSync(`${left}-wal`, wal);
    expect((await checked(left)).findings).toContainEqual({
      kind: 'file',
      text: expect.stringMatching(/^the write-ahead log is damaged: \d commits behind byte/),
    });
  });

  it('finds a store damaged that cannot even be opened', async () => {
    const path = await copyOfSound();
    const file = readFileSync(path);
    file.fill(0x20, file.indexOf('CREATE TABLE segments'), file.indexOf('CREATE TABLE segments') + 9);
    writeFileSync(path, file);
    const { findings, check } = await checked(path);
    expect(findings).toMatchObject([{ kind: 'file', text: expect.stringContaining('it is damaged (malformed') }]);
    expect(check).toBe(null);
  });

  it('refuses what it cannot open', async () => {
    await expect(checked(place())).rejects.toThrow(StoreError);
  });
});

/** How many bits to flip; by hand: FLIPS=20000 npx vitest run check-store. */
const flips = Number(process.env['FLIPS'] ?? 250);

describe('one flipped bit anywhere in a store', () => {
  /** What can be read of a stream until an error ends it. */
  const readable = async (log: Awaited<ReturnType<typeof openSqliteLog>>, name: string) => {
    const seen: unknown[] = [];
    try {
      for await (const events of log.read(streamId(name))) seen.push(...events);
      return { seen, isWhole: true };
    } catch (error) {
      expect(error).toBeInstanceOf(StoreError);
      return { seen, isWhole: false };
    }
  };
  const refusal = (error: unknown): undefined => {
    expect(error).toBeInstanceOf(StoreError);
    return undefined;
  };

  it('is never a wrong answer, and is found wherever it changes anything', async () => {
    const size = readFileSync(sound).length;
    const before = everythingIn(sound);
    const copy = `${sound}-flipped`;
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 1), fc.nat(7), fc.boolean(), async (byte, bit, readOnly) => {
        const path = flipped(sound, copy, byte, bit);
        const report = await checked(path).catch(refusal);
        if (report?.findings.length === 0) expect(everythingIn(path)).toEqual(before);

        const log = await openSqliteLog(path, { readOnly, busyTimeout: 0 }).catch(refusal);
        if (log === undefined) return;
        const names = await log.streams().catch(refusal);
        if (names !== undefined) expect([...names].sort()).toEqual([...written.keys()].sort());
        for (const [name, events] of [...written, ['gone', []] as const]) {
          const { seen, isWhole } = await readable(log, name);
          expect(seen).toEqual(isWhole ? events : events.slice(0, seen.length));
          const head = await log.head(streamId(name)).catch(refusal);
          if (head !== undefined) expect(head).toBe(events.length);
        }
        await log[Symbol.asyncDispose]();
        if (existsSync(`${copy}-wal`)) throw new Error('Cannot go on as the store was not closed');
      }),
      { numRuns: flips },
    );
  }, 600_000);

  it('is located, where it is in an event', async () => {
    const file = readFileSync(sound);
    const at = file.indexOf('"step":2}');
    const { findings } = await checked(flipped(sound, `${sound}-located`, at + 8, 0));
    expect(findings).toMatchObject([{ kind: 'stream', stream: expect.any(String), from: 2, to: expect.any(Number) }]);
  });
});

describe('one flipped bit in the write-ahead log of a store that was never closed', () => {
  it('ends the log there at worst, and is found', async () => {
    const open = await copyOfSound();
    const log = await openSqliteLog(open);
    const streams = ['run-d', 'run-e', 'run-f'];
    for (const run of streams) await log.append(streamId(run), numbered(8), empty);
    const path = await copyOfSound();
    copyFileSync(open, path);
    copyFileSync(`${open}-wal`, `${path}-kept`);
    await log[Symbol.asyncDispose]();

    const size = readFileSync(`${path}-kept`).length;
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 1), fc.nat(7), async (byte, bit) => {
        flipped(`${path}-kept`, `${path}-wal`, byte, bit);
        rmSync(`${path}-shm`, { force: true });
        const { findings } = await checked(path);
        await using left = await openSqliteLog(path, { readOnly: true });
        const heads: number[] = [];
        for (const run of streams) {
          const events = await collect(left.read(streamId(run)));
          heads.push(events.length);
          expect(events).toEqual(numbered(events.length));
        }
        if (findings.length === 0) expect(heads).toEqual([8, 8, 8]);
        else expect(heads).toEqual([...heads].sort((one, other) => other - one));
      }),
      { numRuns: Math.min(flips, 2000) },
    );
  }, 600_000);
});

describe('a damaged store', () => {
  it('gives everything that is not damaged', async () => {
    const path = await copyOfSound();
    change(path, "UPDATE streams SET revision = 4 WHERE name = 'run-b'");
    await using log = await openSqliteLog(path);
    await expect(log.head(streamId('run-b'))).rejects.toThrow(
      'the row that counts its events is not as it was written',
    );
    expect(await collect(log.read(streamId('run-a')))).toEqual(written.get('run-a'));
  });

  it('does not take a stream that it lost for one that never was', async () => {
    const path = await copyOfSound();
    change(path, "DELETE FROM streams WHERE name = 'run-b'");
    await using log = await openSqliteLog(path);
    await expect(log.head(streamId('run-b'))).rejects.toThrow('the list is not as it was written');
    await expect(log.append(streamId('run-b'), numbered(1), empty)).rejects.toThrow(StoreError);
    await expect(log.streams()).rejects.toThrow(StoreError);
  });
});
