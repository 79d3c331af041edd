import { chmodSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { empty, revision, StoreError, streamId } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { compactStore } from './compact-store.ts';
import { openSqliteLog } from './sqlite-log.ts';
import { asNobody } from './testing/as-nobody.testing.ts';
import { startAppender } from './testing/child.testing.ts';
import { checked } from './testing/damage.testing.ts';
import { collect, newPlaces, numbered } from './testing/places.testing.ts';

const place = newPlaces();
const [gone, run, live] = ['gone', 'run-1', 'run-2'].map(streamId) as [never, never, never];

/** A closed store with a long stream, one with a tail of many small appends, and one that was removed. */
const store = async (): Promise<string> => {
  const path = place();
  const log = await openSqliteLog(path);
  await log.append(gone, numbered(40_000), empty);
  await log.append(run, numbered(2500), empty);
  for (let head = 0; head < 600; head += 10) await log.append(live, numbered(10, head), revision(head));
  await log.remove(gone);
  await log[Symbol.asyncDispose]();
  return path;
};

describe('compacting a store', () => {
  it('gives the space of removed streams back, packs a long tail, and loses nothing', async () => {
    const path = await store();
    const size = statSync(path).size;
    const { before, after, packed } = await compactStore(path);
    expect([before, after, packed]).toEqual([size, statSync(path).size, 1]);
    expect(after).toBeLessThan(before / 2);
    expect((await checked(path)).findings).toEqual([]);
    await using log = await openSqliteLog(path);
    expect(await collect(log.read(run))).toEqual(numbered(2500));
    expect(await collect(log.read(live))).toEqual(numbered(600));
    expect(await log.append(live, numbered(1000, 600), revision(600))).toBe(1600);
    expect(await collect(log.read(live))).toEqual(numbered(1600));
  });

  it('does nothing to a store that is as small as it can be', async () => {
    const path = await store();
    const { after } = await compactStore(path);
    expect(await compactStore(path)).toEqual({ before: after, after, packed: 0 });
  });

  it('is refused while another process has the store open, which goes on', async () => {
    const path = await store();
    const child = await startAppender(path, 'left', 'run-3');
    await expect(compactStore(path)).rejects.toThrow(
      `Cannot compact ${path}: another process has it open; let it finish, or find it with: fuser ${path}`,
    );
    expect(await child.ask('at 0')).toBe('won 2');
    expect(await child.finish()).toBe(0);
    expect((await checked(path)).findings).toEqual([]);
  });

  it('is refused where the store may only be read', async () => {
    const path = await store();
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    chmodSync(dirname(dirname(path)), 0o755);
    await asNobody(async () => {
      await expect(compactStore(path)).rejects.toThrow(`Cannot compact ${path}: it may only be read`);
    });
    chmodSync(dirname(path), 0o755);
  });

  it('is refused where there is no store, and makes none', async () => {
    const path = place();
    await expect(compactStore(path)).rejects.toThrow(StoreError);
    expect(() => statSync(path)).toThrow('ENOENT');
  });
});
