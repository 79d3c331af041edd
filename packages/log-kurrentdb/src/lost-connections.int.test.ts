import { type EventLog, empty, type Revision, RevisionConflictError, revision, streamId } from '@custody/log';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cut, KurrentDouble } from './double/kurrent-double.testing.ts';
import { openKurrentLog } from './index.ts';
import { doubleForTests, freshPrefix, numbered, readAll } from './testing/given.testing.ts';

const run = streamId('run-1');
const batching = doubleForTests();
const oneByOne = doubleForTests({ batches: false });

/** Appends of so many events each, with what happens to their connection. */
const appends = (cuts: fc.Arbitrary<Cut | number | undefined>) =>
  fc.array(fc.record({ size: fc.integer({ min: 1, max: 40 }), cut: cuts }), { minLength: 1, maxLength: 6 });

const arm = (double: KurrentDouble, cut: Cut | number | undefined): void => {
  if (typeof cut === 'number') double.dropAfter(cut);
  else if (cut !== undefined) double.cutNext(cut);
};

const everythingArrivesOnce = (
  double: () => KurrentDouble,
  stream: string,
  cuts: fc.Arbitrary<Cut | number | undefined>,
) =>
  fc.assert(
    fc.asyncProperty(appends(cuts), async (steps) => {
      await using log = await openKurrentLog(double().url, { prefix: freshPrefix(), segmentEvents: 7 });
      let head: Revision = empty;
      for (const { size, cut } of steps) {
        arm(double(), cut);
        head = await log.append(streamId(stream), numbered(size, head), head);
      }
      expect(await log.head(streamId(stream))).toBe(head);
      expect(await readAll(log, streamId(stream))).toEqual(numbered(head));
    }),
    { numRuns: 12 },
  );

const maybe = <Value>(cut: fc.Arbitrary<Value>) => fc.option(cut, { nil: undefined });
const aroundHandling = fc.constantFrom<Cut>('before', 'after');
const amongMessages = fc.integer({ min: 1, max: 8 }).map((afterMessages): Cut => ({ afterMessages }));
const amongBytes = fc.integer({ min: 0, max: 2500 });

describe('a connection that is lost during appends', () => {
  it.each(['run-1', 'notes-1'])('before or after they are handled loses and doubles nothing in %s', async (stream) => {
    await everythingArrivesOnce(batching, stream, maybe(aroundHandling));
  });

  it('at any byte of them loses and doubles nothing', async () => {
    await everythingArrivesOnce(batching, run, maybe(amongBytes));
  });

  it.each(['run-1', 'notes-1'])('at any message of them loses and doubles nothing in %s', async (stream) => {
    await everythingArrivesOnce(oneByOne, stream, maybe(fc.oneof(aroundHandling, amongMessages)));
  });

  it('may be lost again and again', async () => {
    await using log = await openKurrentLog(batching().url, { prefix: freshPrefix() });
    await log.append(run, numbered(1), empty);
    batching().cutNext('before', 'after', 'after', 'before', 'after');
    expect(await log.append(run, numbered(5, 1), revision(1))).toBe(6);
    expect(await readAll(log, run)).toEqual(numbered(6));
  });

  it('does not hide that another was faster', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(batching().url, { prefix });
    await using other = await openKurrentLog(batching().url, { prefix });
    batching().cutNext('before');
    const slow = log.append(run, numbered(2), empty);
    await other.append(run, numbered(2), empty).catch(() => other.append(run, numbered(2), empty));
    const conflict = await slow.catch((error: unknown) => error);
    if (typeof conflict === 'number') expect(conflict).toBe(2);
    else expect(conflict).toBeInstanceOf(RevisionConflictError);
    expect(await readAll(log, run)).toEqual(numbered(2));
  });

  it('finds what it had stored when the stream begins anew behind a removed one', async () => {
    await using log = await openKurrentLog(batching().url, { prefix: freshPrefix() });
    await log.append(run, numbered(3), empty);
    await log.remove(run);
    batching().cutNext('after');
    expect(await log.append(run, numbered(2, 7), empty)).toBe(2);
    expect(await readAll(log, run)).toEqual(numbered(2, 7));
  });
});

describe('a race of fifty writers with the same events', () => {
  it('has exactly one winner in each round, also when answers are lost', async () => {
    const prefix = freshPrefix();
    const logs = await Promise.all(Array.from({ length: 5 }, () => openKurrentLog(batching().url, { prefix })));
    for (let round = 0; round < 8; round += 1) {
      if (round % 2 === 1) batching().cutNext('after');
      const at = revision(2 * round);
      const race = await Promise.allSettled(
        Array.from({ length: 50 }, (_, writer) => (logs[writer % 5] as EventLog).append(run, numbered(2, at), at)),
      );
      expect(race.filter(({ status }) => status === 'fulfilled')).toEqual([{ status: 'fulfilled', value: at + 2 }]);
      for (const result of race) {
        if (result.status === 'rejected') {
          expect(result.reason).toMatchObject({ name: 'RevisionConflictError', expected: at, actual: at + 2 });
        }
      }
    }
    expect(await readAll(logs[0] as EventLog, run)).toEqual(numbered(16));
    for (const log of logs) await log[Symbol.asyncDispose]();
  });
});

describe('a follower', () => {
  it('goes on after the server was restarted, skipping and repeating nothing', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(batching().url, { prefix });
    const stop = new AbortController();
    const seen: unknown[] = [];
    const following = (async () => {
      for await (const event of log.follow(run, empty, stop.signal)) if (seen.push(event) === 30) stop.abort();
    })();
    let head = await log.append(run, numbered(10), empty);
    for (let restart = 0; restart < 2; restart += 1) {
      await batching().stop();
      await batching().start();
      head = await log.append(run, numbered(10, head), head);
    }
    await following;
    expect(seen).toEqual(numbered(30));
  });

  it('goes on after its connection was lost in the middle of what it reads', async () => {
    await using log = await openKurrentLog(batching().url, { prefix: freshPrefix(), segmentEvents: 10 });
    await log.append(run, numbered(5000), empty);
    const stop = new AbortController();
    const seen: unknown[] = [];
    for await (const event of log.follow(run, revision(3), stop.signal)) {
      seen.push(event);
      if (seen.length % 1500 === 0) batching().drop();
      if (seen.length === 4997) stop.abort();
    }
    expect(seen).toEqual(numbered(4997, 3));
  });

  it('sees what another log appends', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(batching().url, { prefix });
    await using other = await openKurrentLog(batching().url, { prefix });
    const events = log.follow(run, empty, new AbortController().signal)[Symbol.asyncIterator]();
    const next = events.next();
    await other.append(run, numbered(1), empty);
    expect(await next).toEqual({ done: false, value: numbered(1)[0] });
  });
});
