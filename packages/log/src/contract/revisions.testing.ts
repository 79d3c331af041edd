import { expect, it } from 'vitest';
import { RevisionConflictError } from '../errors.ts';
import { empty, revision } from '../ids.ts';
import { numbered, type OpenLog, readAll, run } from './given.testing.ts';

export const revisions = (open: OpenLog): void => {
  it('refuses an append made on a stale revision, and says which and where the stream is', async () => {
    await using log = await open();
    await log.append(run, numbered(2), empty);
    const stale = log.append(run, numbered(1), empty);
    await expect(stale).rejects.toThrow(RevisionConflictError);
    await expect(stale).rejects.toMatchObject({ stream: run, expected: 0, actual: 2 });
  });

  it('refuses an append made on a revision that is not reached yet', async () => {
    await using log = await open();
    const early = log.append(run, numbered(1), revision(4));
    await expect(early).rejects.toMatchObject({ name: 'RevisionConflictError', expected: 4, actual: 0 });
    expect(await log.streams()).toEqual([]);
  });

  it('stores nothing of a refused append', async () => {
    await using log = await open();
    await log.append(run, numbered(2), empty);
    await expect(log.append(run, numbered(3000, 50), revision(1))).rejects.toThrow(RevisionConflictError);
    expect(await readAll(log, run)).toEqual(numbered(2));
    expect(await log.head(run)).toBe(2);
  });

  it('stores nothing of an append when one of its events is not JSON', async () => {
    await using log = await open();
    const broken = [...numbered(2), { type: 'StepTaken', data: 1n }];
    await expect(log.append(run, broken, empty)).rejects.toThrow(TypeError);
    expect(await log.head(run)).toBe(0);
  });

  it('lets exactly one of two racing appenders win', async () => {
    await using log = await open();
    const race = await Promise.allSettled([
      log.append(run, numbered(2), empty),
      log.append(run, numbered(2, 10), empty),
    ]);
    expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await readAll(log, run)).toEqual(race[0].status === 'fulfilled' ? numbered(2) : numbered(2, 10));
  });

  it('takes an append of no events as a check of the revision', async () => {
    await using log = await open();
    expect(await log.append(run, [], empty)).toBe(0);
    expect(await log.streams()).toEqual([]);
    await expect(log.append(run, [], revision(1))).rejects.toThrow(RevisionConflictError);
  });
};
