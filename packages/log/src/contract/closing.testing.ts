import { expect, it } from 'vitest';
import { empty } from '../ids.ts';
import { numbered, type OpenLog, readAll, run, stopper } from './given.testing.ts';

export const closing = (open: OpenLog): void => {
  it('ends every follower', async () => {
    const log = await open();
    await log.append(run, numbered(1), empty);
    const events = log.follow(run, empty, stopper().signal)[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ done: false });
    const waiting = events.next();
    await log[Symbol.asyncDispose]();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('may happen twice, and refuses what comes after it', async () => {
    const log = await open();
    await log[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    await expect(log.append(run, numbered(1), empty)).rejects.toThrow('the log is closed');
    await expect(log.head(run)).rejects.toThrow('the log is closed');
    await expect(readAll(log, run)).rejects.toThrow('the log is closed');
  });
};
