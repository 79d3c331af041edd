import { deviceId, deviceLock, groupId, groupLock, nanos, type TraceEvent, taskId } from '@custody/trace';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lockTimes } from './lock-times.ts';

const lock = groupLock(groupId('6'));
const event = (type: 'LockRequested' | 'LockAcquired' | 'LockReleased', at: number, inferred?: true): TraceEvent => ({
  type,
  data: { lock, ...(inferred && { inferred }) },
  task: taskId('1'),
  at: nanos(at),
});

/** By sorting them all: durations below 1000 are kept to the nanosecond. */
const medianOf = (values: readonly number[]): number | null =>
  values.length === 0
    ? null
    : ([...values].sort((one, other) => one - other)[Math.ceil(values.length / 2) - 1] ?? null);

it('waits and holds are counted, with their median and the longest', () => {
  const durations = fc.array(fc.tuple(fc.nat(999), fc.nat(999)));
  fc.assert(
    fc.property(durations, (given) => {
      const times = lockTimes();
      let now = 0;
      for (const [wait, hold] of given) {
        times.watch(event('LockRequested', now));
        times.watch(event('LockAcquired', now + wait));
        times.watch(event('LockReleased', now + wait + hold));
        now += wait + hold;
      }
      const of = (values: readonly number[]) => ({
        count: values.length,
        median: medianOf(values),
        longest: values.length === 0 ? null : Math.max(...values),
      });
      const { group, device } = times.tally();
      expect(group).toEqual({
        acquired: given.length,
        released: given.length,
        inferred: 0,
        waits: of(given.map(([wait]) => wait)),
        holds: of(given.map(([, hold]) => hold)),
      });
      expect(device.acquired).toBe(0);
    }),
  );
});

it('an acquisition that no probe saw is neither a measured wait nor the beginning of a measured hold', () => {
  const times = lockTimes();
  for (const one of [event('LockRequested', 0), event('LockAcquired', 5, true), event('LockReleased', 9)])
    times.watch(one);
  expect(times.tally().group).toMatchObject({
    inferred: 1,
    waits: { count: 0, median: null },
    holds: { count: 0, median: null },
  });
});

it('nothing is measured across a gap', () => {
  const times = lockTimes();
  times.watch(event('LockRequested', 0));
  times.watch({ type: 'EventsLost', data: { count: 1 }, task: taskId('-'), at: nanos(1) });
  times.watch(event('LockAcquired', 5));
  expect(times.tally().group.waits.count).toBe(0);
});

it('locks of groups, of devices and others are counted apart', () => {
  const times = lockTimes();
  const taken = (id: typeof lock): TraceEvent => ({ ...event('LockAcquired', 0), data: { lock: id } }) as TraceEvent;
  for (const id of [lock, deviceLock(deviceId('a')), 'lock@ff11' as typeof lock]) times.watch(taken(id));
  const { group, device, other } = times.tally();
  expect([group.acquired, device.acquired, other.acquired]).toEqual([1, 1, 1]);
});
