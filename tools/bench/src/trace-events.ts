import {
  type DeviceId,
  deviceId,
  deviceLock,
  domainId,
  driverId,
  type Fact,
  groupId,
  groupLock,
  nanos,
  ownerId,
  type Stamp,
  type TraceEvent,
  taskId,
} from '@custody/trace';
import { chanceOf } from './chance.ts';

/** What a task does with a device of a group, from asking for the lock to giving it back. */
const callOn = (device: DeviceId, groupNumber: number, chance: (limit: number) => number): readonly Fact[] => {
  const group = groupId(String(groupNumber));
  const lock = groupLock(group);
  const owner = ownerId(`0xffff${(0x8881_0000_0000 + chance(64) * 0x400).toString(16)}`);
  const errno = chance(8) === 0 ? 'EBUSY' : 'OK';
  switch (chance(4)) {
    case 0:
      return [
        { type: 'BindStarted', data: { device, driver: driverId('vfio-pci'), managed: true } },
        { type: 'LockRequested', data: { lock: deviceLock(device) } },
        { type: 'LockAcquired', data: { lock: deviceLock(device) } },
        { type: 'DriverSet', data: { device, driver: driverId('vfio-pci') } },
        { type: 'ProbeReturned', data: { device, errno } },
        { type: 'BusNotified', data: { device, event: 'BOUND_DRIVER' } },
        { type: 'LockReleased', data: { lock: deviceLock(device) } },
        { type: 'BindReturned', data: { device, errno } },
      ];
    case 1:
      return [
        { type: 'SyscallEntered', data: { call: 'ioctl VFIO_GROUP_SET_CONTAINER', about: `/dev/vfio/${groupNumber}` } },
        { type: 'GroupSampled', data: { group, owner: errno === 'OK' ? null : owner, count: null, domain: null } },
        { type: 'LineKept', data: { name: 'sched_waking', text: `comm=kworker/1:2 pid=${chance(4000)} prio=120` } },
        { type: 'SyscallReturned', data: { call: 'ioctl VFIO_GROUP_SET_CONTAINER', errno } },
      ];
    default:
      return [
        { type: 'CallEntered', data: { op: 'claim', group, owner } },
        { type: 'LockRequested', data: { lock } },
        { type: 'LockAcquired', data: { lock, inferred: true } },
        { type: 'OwnerSet', data: { group, owner, count: 1 + chance(3) } },
        { type: 'DomainAttached', data: { group, domain: domainId(chance(2) === 0 ? 'default' : 'blocking') } },
        { type: 'LockReleased', data: { lock } },
        { type: 'CallReturned', data: { op: 'claim', group, errno } },
      ];
  }
};

/**
 * `count` events like those of a recording, `size` at a time: 16 tasks on 32 devices in 16 groups, whose calls run into
 * each other; some 140 bytes of JSON each. The same events every time.
 */
export function* traceBatches(count: number, size: number): Generator<readonly TraceEvent[]> {
  const chance = chanceOf(1);
  const underWay: Fact[][] = Array.from({ length: 16 }, () => []);
  let at = 81_000_000_000;
  let line = 12;
  for (let made = 0; made < count; made += size) {
    const batch: TraceEvent[] = [];
    while (batch.length < size && made + batch.length < count) {
      const number = chance(underWay.length);
      const waiting = underWay[number] as Fact[];
      if (waiting.length === 0) waiting.push(...someCall(chance));
      at += 200 + chance(9000);
      line += 1 + (chance(6) === 0 ? 1 : 0);
      const comm = ['vfio-user', 'bash', 'qemu-system-x86', 'kworker/0:1'][number & 3] as string;
      const stamp: Stamp = { task: taskId(String(500 + number)), at: nanos(at), cpu: number & 1, comm, line };
      batch.push({ ...(waiting.shift() as Fact), ...stamp });
    }
    yield batch;
  }
}

const someCall = (chance: (limit: number) => number): readonly Fact[] => {
  const number = chance(32);
  const device = deviceId(`0000:${(number >> 2).toString(16).padStart(2, '0')}:00.${number & 3}`);
  return callOn(device, number >> 1, chance);
};
