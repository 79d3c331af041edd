import { type Variant, variants } from '@custody/ownership';
import {
  deviceId,
  deviceLock,
  driverId,
  type Fact,
  groupId,
  groupLock,
  nanos,
  ownerId,
  type TraceEvent,
  taskId,
} from '@custody/trace';
import { runOf } from './simulated.testing.ts';

const group = groupId('6');
export const nic = deviceId('nic0');
const passed = deviceId('passed0');

export const linux61 = variants.find(({ id }) => id === 'linux-6.1') as Variant;

/** What a task does, one fact after the other. */
export const told = (task: string, ...facts: readonly Fact[]): readonly TraceEvent[] =>
  facts.map((fact) => ({ ...fact, task: taskId(task), at: nanos(0) }));

/** A recording of one group with a device for the kernel and one for user space, whose ownership nobody has read yet. */
export const recording = (...events: readonly (readonly TraceEvent[])[]) =>
  runOf(
    {
      groups: [
        {
          id: group,
          devices: [
            { id: nic, driver: null, managed: null },
            { id: passed, driver: driverId('vfio-pci'), managed: true },
          ],
          owner: null,
          ownerCount: null,
          domain: null,
        },
      ],
    },
    events.flat(),
  );

const cookie = ownerId('0xffff01');

export const claim: Fact = { type: 'CallEntered', data: { op: 'claim', group, owner: cookie } };
export const claimed = (errno: string): Fact => ({ type: 'CallReturned', data: { op: 'claim', group, errno } });
export const owned = (count: number, owner: 'user' | null): Fact => ({
  type: 'OwnerSet',
  data: { group, owner: owner === null ? null : cookie, count },
});
export const wants: Fact = { type: 'LockRequested', data: { lock: groupLock(group) } };
export const has: Fact = { type: 'LockAcquired', data: { lock: groupLock(group) } };
export const letsGo: Fact = { type: 'LockReleased', data: { lock: groupLock(group) } };
export const locksDevice: readonly Fact[] = [
  { type: 'LockRequested', data: { lock: deviceLock(nic) } },
  { type: 'LockAcquired', data: { lock: deviceLock(nic) } },
];
export const unlocksDevice: Fact = { type: 'LockReleased', data: { lock: deviceLock(nic) } };
export const bindStarted: Fact = {
  type: 'BindStarted',
  data: { device: nic, driver: driverId('e1000'), managed: false },
};
export const driverSet: Fact = { type: 'DriverSet', data: { device: nic, driver: driverId('e1000') } };
export const driverCleared: Fact = { type: 'DriverCleared', data: { device: nic } };
export const bindReturned = (errno: string): Fact => ({ type: 'BindReturned', data: { device: nic, errno } });
export const use: Fact = { type: 'CallEntered', data: { op: 'use', group, device: nic } };
export const used = (errno: string): Fact => ({ type: 'CallReturned', data: { op: 'use', group, device: nic, errno } });
export const lost: Fact = { type: 'EventsLost', data: { count: 7 } };
