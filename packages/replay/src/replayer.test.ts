import {
  deviceId,
  domainId,
  driverId,
  fold,
  type GroupId,
  groupId,
  groupLock,
  nanos,
  ownerId,
  position,
  type TraceEvent,
  taskId,
  timelineOf,
  worldOf,
} from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayer } from './replayer.ts';

const six = groupId('6');
const nic = deviceId('0000:03:02.0');
const topology = {
  groups: [
    {
      id: six,
      devices: [{ id: nic, driver: null, managed: null }],
      owner: null,
      ownerCount: 0,
      domain: domainId('default'),
    },
  ],
};

const by = (task: string, at: number) => ({ task: taskId(task), at: nanos(at) });
const owned = (owner: string | null, count: number, at: number): TraceEvent => ({
  ...by('T0', at),
  type: 'OwnerSet',
  data: { group: six, owner: owner === null ? null : ownerId(owner), count },
});

const anyEvent: fc.Arbitrary<TraceEvent> = fc
  .tuple(fc.constantFrom('T0', 'T1', 'T2'), fc.nat(7), fc.boolean())
  .map(([task, kind, yes]): TraceEvent => {
    const stamp = by(task, 0);
    const errno = yes ? 'OK' : 'EBUSY';
    switch (kind) {
      case 0:
        return { ...stamp, type: 'LockRequested', data: { lock: groupLock(six) } };
      case 1:
        return { ...stamp, type: 'LockAcquired', data: { lock: groupLock(six) } };
      case 2:
        return { ...stamp, type: 'LockReleased', data: { lock: groupLock(six) } };
      case 3:
        return { ...stamp, type: 'CallEntered', data: { op: 'claim', group: six } };
      case 4:
        return { ...stamp, type: 'CallReturned', data: { op: 'claim', group: six, errno } };
      case 5:
        return { ...stamp, type: 'DriverSet', data: { device: nic, driver: driverId('virtio-pci') } };
      case 6:
        return { ...stamp, type: 'BindReturned', data: { device: nic, errno } };
      default:
        return owned(yes ? task : null, 1, 0);
    }
  });

const foldedTo = (events: readonly TraceEvent[], at: number) => fold(worldOf(topology), events.slice(0, at));

const ownerIn = (world: { groups: Readonly<Record<GroupId, { owner: string | null }>> }) => world.groups[six]?.owner;

describe('a replayed run', () => {
  it('shows at every position what a fold from the start gives, whatever the order of seeks', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 60 }),
        fc.array(fc.nat()),
        fc.integer({ min: 1, max: 9 }),
        (...of) => {
          const [events, seeks, every] = of;
          const { end, stateAt } = replayer(topology, timelineOf(events), every);
          expect(end).toBe(events.length);
          for (const seek of seeks) {
            const at = position(seek % (events.length + 1));
            expect(stateAt(at)).toEqual(foldedTo(events, at));
          }
        },
      ),
    );
  });

  it('begins as the topology says and ends after the last event', () => {
    const { end, stateAt } = replayer(topology, timelineOf([owned('vfio', 1, 0), owned(null, 0, 1)]));
    expect([0, 1, 2].map((at) => ownerIn(stateAt(position(at))))).toEqual([null, 'vfio', null]);
    expect(end).toBe(2);
  });

  it('has no state outside its positions', () => {
    const { stateAt } = replayer(topology, timelineOf([owned('vfio', 1, 0)]));
    expect(() => stateAt(position(2))).toThrow(
      new RangeError('Cannot look at position 2 as the run has positions 0 to 1'),
    );
    expect(() => stateAt(-1 as never)).toThrow(RangeError);
    expect(() => stateAt(0.5 as never)).toThrow(RangeError);
  });

  it('refuses a snapshot distance that is no distance', () => {
    expect(() => replayer(topology, timelineOf([]), 0)).toThrow(RangeError);
  });
});

describe('the cost of looking around', () => {
  const counted = (length: number) => {
    const cost = { reads: 0 };
    const at = (index: number) => {
      cost.reads += 1;
      return owned('vfio', index + 1, index);
    };
    return { cost, timeline: { length, at } };
  };

  it('is at most one stretch of events for a far seek, once the run was passed', () => {
    const { cost, timeline } = counted(5000);
    const { stateAt } = replayer(topology, timeline, 100);
    stateAt(position(5000));
    cost.reads = 0;
    stateAt(position(1234));
    expect(cost.reads).toBe(34);
  });

  it('is nothing for stepping back and forth, also across the seam of two stretches', () => {
    const { cost, timeline } = counted(400);
    const { stateAt } = replayer(topology, timeline, 100);
    for (const at of [150, 199, 201, 210]) stateAt(position(at));
    cost.reads = 0;
    for (let at = 210; at >= 150; at -= 1) stateAt(position(at));
    for (let at = 150; at <= 210; at += 1) stateAt(position(at));
    expect(cost.reads).toBe(0);
  });

  it('is at most two readings of an event on the way from start to end', () => {
    const { cost, timeline } = counted(1000);
    const { stateAt } = replayer(topology, timeline, 100);
    for (let at = 0; at <= 1000; at += 1) stateAt(position(at));
    expect(cost.reads).toBeLessThanOrEqual(2000);
  });
});
