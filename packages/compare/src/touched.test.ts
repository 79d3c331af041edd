import { deviceId, deviceLock, driverId, type Fact, groupId, groupLock } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { compareRuns } from './compare-runs.ts';
import { by, owned, side, six } from './hand-made.testing.ts';

const seven = groupId('7');
const [a, b, other] = [deviceId('a'), deviceId('b'), deviceId('other')];
const plain = { driver: null, managed: null };
const unowned = { owner: null, ownerCount: null, domain: null };
const topology = {
  groups: [
    {
      id: six,
      devices: [
        { id: a, ...plain },
        { id: b, ...plain },
      ],
      ...unowned,
    },
    { id: seven, devices: [{ id: other, ...plain }], ...unowned },
  ],
};

/** What two tasks come to when they do these in the one order and in the other. */
const inEitherOrder = (one: Fact, another: Fact) => {
  const events = [by('T0', one), by('T1', another)];
  const run = (...order: typeof events) => ({ ...side(...order), header: { topology } });
  return compareRuns(run(...events), run(...events.toReversed())).kind;
};

const takes = (lock: ReturnType<typeof groupLock>): Fact => ({ type: 'LockAcquired', data: { lock } });
const asks = (lock: ReturnType<typeof groupLock>): Fact => ({ type: 'LockRequested', data: { lock } });
const drops = (lock: ReturnType<typeof groupLock>): Fact => ({ type: 'LockReleased', data: { lock } });
const sets = (device: typeof a): Fact => ({ type: 'DriverSet', data: { device, driver: driverId('nic') } });
const begins = (device: typeof a): Fact => ({
  type: 'BindStarted',
  data: { device, driver: driverId('nic'), managed: false },
});

describe('the order of two tasks’ events', () => {
  it.each([
    ['a lock that one takes and the other drops', takes(groupLock(six)), drops(groupLock(six))],
    [
      'a group that one owns and the other claims',
      owned('user', 1),
      { type: 'CallEntered', data: { op: 'claim', group: six } },
    ],
    ['a device that both bind', begins(a), sets(a)],
    ['a driver that one sets, in a group whose owner the other sets', sets(b), owned('user', 1)],
  ] as const satisfies readonly (readonly [string, Fact, Fact])[])('matters for %s', (_, one, another) => {
    expect(inEitherOrder(one, another)).toBe('parted');
  });

  it.each([
    ['locks of two groups', takes(groupLock(six)), takes(groupLock(seven))],
    ['locks of two devices', takes(deviceLock(a)), drops(deviceLock(b))],
    ['a lock that one asks for and the other drops', asks(groupLock(six)), drops(groupLock(six))],
    ['drivers of devices in two groups', sets(a), sets(other)],
    ['binds of two devices of a group, before dev->driver', begins(a), begins(b)],
    ['a driver and the owner of another group', sets(other), owned('user', 1)],
  ] as const satisfies readonly (readonly [string, Fact, Fact])[])('is nothing for %s', (_, one, another) => {
    expect(inEitherOrder(one, another)).toBe('equivalent');
  });
});
