import { expect, it } from 'vitest';
import type { EventLog, LogEvent } from '../event-log.ts';
import { empty, type Revision, revision, streamId } from '../ids.ts';
import { collect, numbered, type OpenLog, run, stopper } from './given.testing.ts';

/** Collects what a follower sees, and aborts once `count` events were seen. */
const followed = async (log: EventLog, from: Revision, count: number): Promise<LogEvent[]> => {
  const stop = stopper();
  const seen: LogEvent[] = [];
  for await (const event of log.follow(run, from, stop.signal)) {
    seen.push(event);
    if (seen.length === count) stop.abort();
  }
  return seen;
};

export const follow = (open: OpenLog): void => {
  it('yields what is there and then what comes, skipping and repeating nothing', async () => {
    await using log = await open();
    await log.append(run, numbered(3), empty);
    const seen = followed(log, revision(1), 29);
    let head = revision(3);
    for (const size of [1, 5, 0, 1, 20]) head = await log.append(run, numbered(size, head), head);
    expect(await seen).toEqual(numbered(29, 1));
  });

  it('waits for the revision it is told to start from', async () => {
    await using log = await open();
    const seen = followed(log, revision(2), 1);
    let head = await log.append(run, numbered(1), empty);
    head = await log.append(run, numbered(1, 1), head);
    await log.append(run, numbered(1, 2), head);
    expect(await seen).toEqual(numbered(1, 2));
  });

  it('serves several followers, and is not woken by other streams', async () => {
    await using log = await open();
    const seen = Promise.all([followed(log, empty, 2), followed(log, empty, 2)]);
    await log.append(streamId('run-2'), numbered(2, 40), empty);
    await log.append(run, numbered(2), empty);
    expect(await seen).toEqual([numbered(2), numbered(2)]);
  });

  it('ends when the signal aborts while it waits', async () => {
    await using log = await open();
    await log.append(run, numbered(1), empty);
    const stop = stopper();
    const events = log.follow(run, empty, stop.signal)[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ done: false });
    const waiting = events.next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('yields nothing when the signal has aborted already', async () => {
    await using log = await open();
    await log.append(run, numbered(1), empty);
    const stop = stopper();
    stop.abort();
    expect(await collect(log.follow(run, empty, stop.signal))).toEqual([]);
  });
};
