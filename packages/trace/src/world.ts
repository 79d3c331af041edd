import type { Errno, Facts, OperationName, TraceEvent } from './facts.ts';
import type { DeviceId, DomainId, DriverId, GroupId, LockId, OwnerId, TaskId } from './ids.ts';
import type { Projection } from './projection.ts';
import type { Topology } from './topology.ts';

export interface GroupState {
  /** Sorted where devices came later: nobody but the kernel sees the order of its list. */
  readonly devices: readonly DeviceId[];
  readonly owner: OwnerId | null;
  /** owner_cnt; null until a recording has read it. */
  readonly ownerCount: number | null;
  readonly domain: DomainId | null;
}

/**
 * `failing`: the bind will not succeed, as its claim was refused or its probe() failed. Nothing tells of a bind that
 * fails before its claim (pinctrl): that one is `binding` until it returns.
 */
export type Phase = 'unbound' | 'binding' | 'bound' | 'failing' | 'unbinding';

export interface DeviceState {
  readonly group: GroupId | null;
  /** dev->driver: non-null means binding, bound, failing or unbinding. */
  readonly driver: DriverId | null;
  readonly managed: boolean | null;
  readonly phase: Phase;
}

/** More than one holder is a thing the world can show and a property forbids. */
export interface LockState {
  readonly holders: readonly TaskId[];
  /** Sorted: a mutex owes nothing to who came first, so the order of arrival is no part of the state. */
  readonly waiters: readonly TaskId[];
}

export interface Call {
  readonly op: OperationName;
  readonly group: GroupId | null;
  readonly device?: DeviceId;
  readonly owner?: OwnerId;
}

export interface TaskState {
  /** Innermost last. */
  readonly calls: readonly Call[];
}

/**
 * The memory, not the hope: a buggy variant can put an owner beside a bound driver here, and a property says no.
 * Locks that nobody holds or wants, and tasks that are in no call, have no entry.
 */
export interface World {
  readonly groups: Readonly<Record<GroupId, GroupState>>;
  readonly devices: Readonly<Record<DeviceId, DeviceState>>;
  readonly locks: Readonly<Record<LockId, LockState>>;
  readonly tasks: Readonly<Record<TaskId, TaskState>>;
  /** Events known to be missing so far; a recording with losses proves nothing about what it does not show. */
  readonly lost: number;
  readonly bugs: readonly string[];
}

/** How things stood before the first event. */
export const initialWorld = (topology: Topology): World => {
  const groups: Record<GroupId, GroupState> = {};
  const devices: Record<DeviceId, DeviceState> = {};
  for (const { id, devices: members, owner, ownerCount, domain } of topology.groups) {
    groups[id] = { devices: members.map((device) => device.id), owner, ownerCount, domain };
    for (const { id: device, driver, managed } of members) {
      devices[device] = { group: id, driver, managed, phase: driver === null ? 'unbound' : 'bound' };
    }
  }
  for (const { id, driver, managed } of topology.ungrouped ?? []) {
    devices[id] = { group: null, driver, managed, phase: driver === null ? 'unbound' : 'bound' };
  }
  return { groups, devices, locks: {}, tasks: {}, lost: 0, bugs: [] };
};

const unknownDevice: DeviceState = { group: null, driver: null, managed: null, phase: 'unbound' };
const unknownGroup: GroupState = { devices: [], owner: null, ownerCount: null, domain: null };
const freeLock: LockState = { holders: [], waiters: [] };

const withDevice = (world: World, id: DeviceId, change: Partial<DeviceState>): World => ({
  ...world,
  devices: { ...world.devices, [id]: { ...(world.devices[id] ?? unknownDevice), ...change } },
});

const withGroup = (world: World, id: GroupId, change: Partial<GroupState>): World => ({
  ...world,
  groups: { ...world.groups, [id]: { ...(world.groups[id] ?? unknownGroup), ...change } },
});

const without = <Item>(items: readonly Item[], item: Item): readonly Item[] => items.filter((other) => other !== item);

/** The record with `key` set, or without it when `value` is undefined. */
const withEntry = <Key extends string, Value>(
  entries: Readonly<Record<Key, Value>>,
  key: Key,
  value: Value | undefined,
): Readonly<Record<Key, Value>> => {
  if (value !== undefined) return { ...entries, [key]: value };
  const { [key]: _gone, ...rest } = entries;
  return rest as Record<Key, Value>;
};

const withLock = (world: World, id: LockId, change: (lock: LockState) => LockState): World => {
  const lock = change(world.locks[id] ?? freeLock);
  const free = lock.holders.length === 0 && lock.waiters.length === 0;
  return { ...world, locks: withEntry(world.locks, id, free ? undefined : lock) };
};

const withCalls = (world: World, task: TaskId, calls: readonly Call[]): World => ({
  ...world,
  tasks: withEntry(world.tasks, task, calls.length === 0 ? undefined : { calls }),
});

const callsOf = (world: World, task: TaskId): readonly Call[] => world.tasks[task]?.calls ?? [];

/** A task that is back in user space is in no call and holds and wants no mutex, even if the lines that say so are lost. */
const backInUserSpace = (world: World, task: TaskId): World => {
  const left = Object.entries(world.locks).filter(
    ([, { holders, waiters }]) => holders.includes(task) || waiters.includes(task),
  );
  const unlocked = left.reduce(
    (now, [id]) =>
      withLock(now, id as LockId, ({ holders, waiters }) => ({
        holders: without(holders, task),
        waiters: without(waiters, task),
      })),
    world,
  );
  return callsOf(world, task).length === 0 ? unlocked : withCalls(unlocked, task, []);
};

const afterReturn = (calls: readonly Call[], op: OperationName): readonly Call[] => {
  const innermost = calls.findLastIndex((call) => call.op === op);
  return innermost < 0 ? calls : calls.slice(0, innermost);
};

/** A bind whose claim was refused will not succeed. */
const afterCall = (world: World, { op, device, errno }: Facts['CallReturned']): World => {
  if (op !== 'use' || errno === 'OK' || device === undefined) return world;
  return world.devices[device]?.phase === 'binding' ? withDevice(world, device, { phase: 'failing' }) : world;
};

const phaseAfterBind = (errno: Errno): Partial<DeviceState> =>
  errno === 'OK' ? { phase: 'bound' } : { phase: 'unbound', driver: null, managed: null };

/** The only reducer of facts: pure and total, whoever wrote them. */
export const evolve = (world: World, event: TraceEvent): World => {
  const { task } = event;
  switch (event.type) {
    case 'LockRequested':
      return withLock(world, event.data.lock, ({ holders, waiters }) => ({
        holders,
        waiters: [...without(waiters, task), task].sort(),
      }));
    case 'LockAcquired':
      return withLock(world, event.data.lock, ({ holders, waiters }) => ({
        holders: [...without(holders, task), task],
        waiters: without(waiters, task),
      }));
    case 'LockReleased':
      return withLock(world, event.data.lock, ({ holders, waiters }) => ({
        holders: without(holders, task),
        waiters: without(waiters, task),
      }));
    case 'BindStarted':
      return withDevice(world, event.data.device, { phase: 'binding', managed: event.data.managed });
    case 'DriverSet':
      return withDevice(world, event.data.device, { driver: event.data.driver });
    case 'ProbeReturned':
      return event.data.errno === 'OK' ? world : withDevice(world, event.data.device, { phase: 'failing' });
    case 'BindReturned':
      return withDevice(world, event.data.device, phaseAfterBind(event.data.errno));
    case 'UnbindStarted':
      return withDevice(world, event.data.device, { phase: 'unbinding' });
    case 'DriverCleared':
      return withDevice(world, event.data.device, { driver: null, managed: null });
    case 'UnbindReturned':
      // The device_lock is free by then, and a sibling's bind may have begun.
      return world.devices[event.data.device]?.phase === 'unbinding'
        ? withDevice(world, event.data.device, { phase: 'unbound' })
        : world;
    case 'CallEntered':
      return withCalls(world, task, [...callsOf(world, task), event.data]);
    case 'CallReturned':
      return afterCall(withCalls(world, task, afterReturn(callsOf(world, task), event.data.op)), event.data);
    case 'OwnerSet':
      return withGroup(world, event.data.group, { owner: event.data.owner, ownerCount: event.data.count });
    case 'DomainAttached':
      return withGroup(world, event.data.group, { domain: event.data.domain });
    case 'DeviceRegistered':
      return withDevice(world, event.data.device, {});
    case 'DeviceAdded': {
      const { device, group } = event.data;
      const members = world.groups[group]?.devices ?? [];
      const added = withDevice(world, device, { group });
      return withGroup(added, group, { devices: [...without(members, device), device].sort() });
    }
    case 'DeviceRemoved': {
      const { device } = event.data;
      const group = world.devices[device]?.group ?? null;
      const removed = { ...world, devices: withEntry(world.devices, device, undefined) };
      if (group === null) return removed;
      return withGroup(removed, group, { devices: without(world.groups[group]?.devices ?? [], device) });
    }
    case 'SyscallReturned':
      return backInUserSpace(world, task);
    case 'BugHit':
      return { ...world, bugs: [...world.bugs, event.data.what] };
    case 'EventsLost':
      return { ...world, lost: world.lost + (event.data.count ?? 1) };
    case 'LockContended':
    case 'RemoveReturned':
    case 'BusNotified':
    case 'SiblingSeen':
    case 'SyscallEntered':
    case 'MarkerWritten':
    case 'WarningRaised':
    case 'TaskBlocked':
    case 'GroupSampled':
    case 'RecordingEnded':
    case 'LineKept':
    case 'StepTaken':
      return world;
  }
};

/** The world of a run as a projection of its events. */
export const worldOf = (topology: Topology): Projection<World, TraceEvent> => ({
  initial: initialWorld(topology),
  evolve,
});
