import { expect, it } from 'vitest';
import { RevisionConflictError } from '../errors.ts';
import { empty, revision, streamId } from '../ids.ts';
import { numbered, type OpenLog, readAll, run } from './given.testing.ts';

export const removing = (open: OpenLog): void => {
  it('forgets a stream, and no other', async () => {
    await using log = await open();
    const other = streamId('run-2');
    await log.append(run, numbered(2500), empty);
    await log.append(other, numbered(2), empty);
    await log.remove(run);
    expect(await log.head(run)).toBe(0);
    expect(await readAll(log, run)).toEqual([]);
    expect(await log.streams()).toEqual([other]);
    expect(await readAll(log, other)).toEqual(numbered(2));
  });

  it('lets the stream begin anew, at revision 0', async () => {
    await using log = await open();
    await log.append(run, numbered(3), empty);
    await log.remove(run);
    await expect(log.append(run, numbered(1), revision(3))).rejects.toThrow(RevisionConflictError);
    expect(await log.append(run, numbered(2, 7), empty)).toBe(2);
    expect(await log.append(run, numbered(1, 9), revision(2))).toBe(3);
    expect(await readAll(log, run)).toEqual(numbered(3, 7));
    expect(await readAll(log, run, { from: revision(1), to: revision(2) })).toEqual(numbered(1, 8));
  });

  it('does nothing to a stream that is not there', async () => {
    await using log = await open();
    await log.remove(run);
    await log.append(run, numbered(1), empty);
    await log.remove(streamId('run-2'));
    expect(await readAll(log, run)).toEqual(numbered(1));
  });
};
