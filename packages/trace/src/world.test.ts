import { describe, expect, it } from 'vitest';
import type { Fact, TraceEvent } from './facts.ts';
import { deviceId, domainId, driverId, groupId, groupLock, nanos, ownerId, position, taskId } from './ids.ts';
import { fold } from './projection.ts';
import { timelineOf } from './timeline.ts';
import { initialWorld, worldOf } from './world.ts';

const six = groupId('6');
const gpu = deviceId('gpu');
const nic = deviceId('nic');
const topology = {
  groups: [
    {
      id: six,
      devices: [
        { id: gpu, driver: driverId('vfio-pci'), managed: true },
        { id: nic, driver: null, managed: null },
      ],
      owner: null,
      ownerCount: null,
      domain: null,
    },
  ],
};

const by = (task: string, fact: Fact): TraceEvent => ({ ...fact, task: taskId(task), at: nanos(0) });
const after = (...events: readonly TraceEvent[]) => fold(worldOf(topology), events);
const lock = groupLock(six);
const asks = (task: string) => by(task, { type: 'LockRequested', data: { lock } });
const gets = (task: string) => by(task, { type: 'LockAcquired', data: { lock } });
const drops = (task: string) => by(task, { type: 'LockReleased', data: { lock } });

describe('the world before the first event', () => {
  it('has the drivers that the topology says, and an ownership that nobody has read', () => {
    const world = initialWorld(topology);
    expect(world.devices[gpu]).toMatchObject({ driver: 'vfio-pci', phase: 'bound' });
    expect(world.devices[nic]).toMatchObject({ driver: null, phase: 'unbound' });
    expect(world.groups[six]?.ownerCount).toBeNull();
  });

  it('has the devices that are in no group, if the topology knows of any', () => {
    const loose = deviceId('loose');
    const ungrouped = [{ id: loose, driver: driverId('e1000'), managed: false }];
    const world = initialWorld({ ...topology, ungrouped });
    expect(world.devices[loose]).toEqual({ group: null, driver: 'e1000', managed: false, phase: 'bound' });
    expect(world.groups).toEqual(initialWorld(topology).groups);
  });
});

describe('a lock', () => {
  it('has waiters until they get it', () => {
    expect(after(asks('1'), gets('1'), asks('2')).locks[lock]).toEqual({ holders: ['1'], waiters: ['2'] });
    expect(after(asks('1'), gets('1'), asks('2'), drops('1'), gets('2')).locks[lock]).toEqual({
      holders: ['2'],
      waiters: [],
    });
  });

  it('is not waited for by a task that drops it, though nobody saw it taken', () => {
    expect(after(asks('1'), drops('1')).locks).toEqual({});
  });

  it('is not held or wanted by a task that is back in user space', () => {
    const back = by('1', { type: 'SyscallReturned', data: { call: 'write bind', errno: 'OK' } });
    expect(after(gets('1'), asks('2'), back).locks[lock]).toEqual({ holders: [], waiters: ['2'] });
    expect(after(asks('1'), back).locks).toEqual({});
  });

  it('has no entry when nobody holds or wants it', () => {
    expect(after(asks('1'), gets('1'), drops('1')).locks).toEqual({});
  });

  it('can be held by two tasks: that is for a property to forbid', () => {
    expect(after(gets('1'), gets('2')).locks[lock]?.holders).toEqual(['1', '2']);
  });
});

describe('a device', () => {
  const started = by('1', { type: 'BindStarted', data: { device: nic, driver: driverId('e1000'), managed: false } });
  const set = by('1', { type: 'DriverSet', data: { device: nic, driver: driverId('e1000') } });
  const returned = (errno: string) => by('1', { type: 'BindReturned', data: { device: nic, errno } });

  it('is binding from the start of really_probe, with a driver as soon as it is set', () => {
    expect(after(started).devices[nic]).toMatchObject({ driver: null, phase: 'binding' });
    expect(after(started, set).devices[nic]).toMatchObject({ driver: 'e1000', phase: 'binding', managed: false });
    expect(after(started, set, returned('OK')).devices[nic]).toMatchObject({ driver: 'e1000', phase: 'bound' });
  });

  it('is unbound without a driver once its bind was refused', () => {
    expect(after(started, set, returned('EBUSY')).devices[nic]).toMatchObject({ driver: null, phase: 'unbound' });
  });

  it('still has its driver while it is unbinding', () => {
    const begun = by('1', { type: 'UnbindStarted', data: { device: gpu } });
    const cleared = by('1', { type: 'DriverCleared', data: { device: gpu } });
    expect(after(begun).devices[gpu]).toMatchObject({ driver: 'vfio-pci', phase: 'unbinding' });
    expect(after(begun, cleared).devices[gpu]).toMatchObject({ driver: null, phase: 'unbinding' });
  });

  it('that another task began to bind again is not unbound by the late return of its unbind', () => {
    const begun = by('1', { type: 'UnbindStarted', data: { device: nic } });
    const late = by('1', { type: 'UnbindReturned', data: { device: nic } });
    expect(after(begun, late).devices[nic]?.phase).toBe('unbound');
    expect(after(begun, started, late).devices[nic]?.phase).toBe('binding');
  });

  it('comes and goes with its group', () => {
    const late = deviceId('late');
    const added = by('1', { type: 'DeviceAdded', data: { device: late, group: six } });
    const removed = by('1', { type: 'DeviceRemoved', data: { device: late } });
    expect(after(added).devices[late]).toEqual({ group: six, driver: null, managed: null, phase: 'unbound' });
    expect(after(added, removed)).toEqual(after());
  });

  it('that comes is in no particular place of its group, since nobody but the kernel sees the order', () => {
    const [last, late, middle] = [deviceId('zz'), deviceId('late'), deviceId('hba')];
    const added = (device: typeof late) => by('1', { type: 'DeviceAdded', data: { device, group: six } });
    const sorted = [gpu, middle, late, nic, last];
    expect(after(added(last), added(late), added(middle)).groups[six]?.devices).toEqual(sorted);
    expect(after(added(middle), added(last), added(late)).groups[six]?.devices).toEqual(sorted);
    // Told twice, it is there once.
    expect(after(added(late), added(late)).groups[six]?.devices).toEqual([gpu, late, nic]);
  });

  const registered = (device: typeof nic) => by('1', { type: 'DeviceRegistered', data: { device } });

  it('is on its bus before it is in a group, and can be bound there', () => {
    const early = deviceId('early');
    const added = by('1', { type: 'DeviceAdded', data: { device: early, group: six } });
    const bound = [
      by('1', { type: 'BindStarted', data: { device: early, driver: driverId('e1000'), managed: false } }),
      by('1', { type: 'DriverSet', data: { device: early, driver: driverId('e1000') } }),
      by('1', { type: 'BindReturned', data: { device: early, errno: 'OK' } }),
    ];
    expect(after(registered(early)).devices[early]).toMatchObject({ group: null, driver: null, phase: 'unbound' });
    expect(after(registered(early)).groups).toEqual(after().groups);
    expect(after(registered(early), ...bound).devices[early]).toMatchObject({ group: null, phase: 'bound' });
    // Its group is found then, and its driver stays.
    expect(after(registered(early), ...bound, added).devices[early]).toMatchObject({ group: six, driver: 'e1000' });
  });

  it('that is known already is not changed by being registered', () => {
    expect(after(registered(gpu))).toEqual(after());
  });

  it('that goes before it came to a group leaves the groups alone', () => {
    const early = deviceId('early');
    expect(after(registered(early), by('1', { type: 'DeviceRemoved', data: { device: early } }))).toEqual(after());
  });
});

describe('a task', () => {
  const enters = by('1', { type: 'CallEntered', data: { op: 'claim', group: six, owner: ownerId('0xaa') } });
  const leaves = by('1', { type: 'CallReturned', data: { op: 'claim', group: six, errno: 'OK' } });

  it('is in a call until it returns', () => {
    expect(after(enters).tasks[taskId('1')]?.calls).toEqual([{ op: 'claim', group: six, owner: '0xaa' }]);
    expect(after(enters, leaves).tasks).toEqual({});
  });
});

describe('a group', () => {
  it('can have an owner beside a bound kernel driver', () => {
    const owned = by('1', { type: 'OwnerSet', data: { group: six, owner: ownerId('0xaa'), count: 1 } });
    const attached = by('1', { type: 'DomainAttached', data: { group: six, domain: domainId('blocking') } });
    expect(after(owned, attached).groups[six]).toMatchObject({ owner: '0xaa', ownerCount: 1, domain: 'blocking' });
  });
});

describe('units', () => {
  it('refuse what they cannot be', () => {
    expect(() => nanos(2 ** 53)).toThrow(/safe integer/);
    expect(() => position(-1)).toThrow(/whole number/);
    expect(() => groupId('')).toThrow(/empty/);
    expect(() => timelineOf([]).at(0)).toThrow(RangeError);
  });
});
