import { replayer } from '@custody/replay';
import {
  type DeviceId,
  deviceId,
  deviceLock,
  domainId,
  driverId,
  type Fact,
  type GroupId,
  groupId,
  groupLock,
  nanos,
  ownerId,
  position,
  runId,
  type Topology,
  type TraceEvent,
  taskId,
  timelineOf,
} from '@custody/trace';
import type { ReplayView } from './view.ts';

const six = groupId('6');
const nic = deviceId('0000:03:01.0');
const groupSix = groupLock(six);
const vfio = ownerId('vfio');

/** Facts in the order they happened, each by its task; steps count as time. */
export const eventsBy = (...moves: readonly (readonly [string, Fact, Partial<TraceEvent>?])[]): TraceEvent[] =>
  moves.map(
    ([task, fact, stamp], step): TraceEvent =>
      ({
        task: taskId(task),
        at: nanos(step + 1),
        ...stamp,
        ...fact,
      }) as TraceEvent,
  );

export const requested: Fact = { type: 'LockRequested', data: { lock: groupSix } };
export const acquired: Fact = { type: 'LockAcquired', data: { lock: groupSix } };
export const released: Fact = { type: 'LockReleased', data: { lock: groupSix } };
export const acquiredDevice: Fact = { type: 'LockAcquired', data: { lock: deviceLock(nic) } };
export const claimed: Fact = { type: 'CallEntered', data: { op: 'claim', group: six, owner: vfio } };
export const refused: Fact = { type: 'CallReturned', data: { op: 'claim', group: six, errno: 'EBUSY' } };
export const owned: Fact = { type: 'OwnerSet', data: { group: six, owner: vfio, count: 1 } };
export const kept: Fact = { type: 'LineKept', data: { name: 'sched_switch', text: 'prev_comm=sh' } };
export const binding: Fact = {
  type: 'BindStarted',
  data: { device: nic, driver: driverId('e1000e'), managed: false },
};

/** One group of one unbound device that nobody owns. */
export const oneGroup: Topology = {
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

/** Groups 0, 1, 2 … of two devices each, of which nobody has read anything. */
export const manyGroups = (count: number): Topology => ({
  groups: Array.from({ length: count }, (_, index) => ({
    id: String(index) as GroupId,
    devices: [0, 1].map((fn) => ({ id: `0000:0${index}:00.${fn}` as DeviceId, driver: null, managed: null })),
    owner: null,
    ownerCount: null,
    domain: null,
  })),
});

/** A run of these events, ready to be looked at. */
export const viewOf = (
  events: readonly TraceEvent[],
  { topology = oneGroup, ...rest }: Partial<ReplayView> & { readonly topology?: Topology } = {},
): ReplayView => {
  const timeline = timelineOf(events);
  return {
    title: 'a claim against a bind',
    header: {
      run: runId('3f9a2c'),
      title: 'a claim against a bind',
      source: {
        kind: 'simulation',
        variant: 'linux-6.1',
        scenario: 'bind-versus-claim',
        scheduler: 'follow',
        schedule: 'T0 T1',
      },
      topology,
    },
    timeline,
    replayer: replayer(topology, timeline),
    start: position(0),
    notes: [],
    findings: [],
    ...rest,
  };
};

/** `count` events of two tasks that take and drop the group's lock in turn. */
export const longRun = (count: number): TraceEvent[] =>
  eventsBy(
    ...Array.from({ length: count }, (_, index) => {
      const fact = [requested, acquired, released][index % 3] as Fact;
      return [`T${Math.floor(index / 3) % 2}`, fact] as const;
    }),
  );
