import type { DeviceId, GroupId, TraceEvent, World } from '@custody/trace';

const groupOfDevice = (world: World, device: string): GroupId | null =>
  world.devices[device as DeviceId]?.group ?? null;

const groupOfLock = (world: World, lock: string): GroupId | null => {
  const [kind = '', id = ''] = lock.split(/:(.*)/);
  return kind === 'group' ? (id as GroupId) : groupOfDevice(world, id);
};

/** The group an event is about: named, or that of its device or lock, or that of the call its task is in. */
export const groupOf = (event: TraceEvent, world: World): GroupId | null => {
  const { group, device, lock } = event.data as { group?: GroupId | null; device?: DeviceId; lock?: string };
  if (group !== undefined && group !== null) return group;
  if (device !== undefined) return groupOfDevice(world, device);
  if (lock !== undefined) return groupOfLock(world, lock);
  const call = world.tasks[event.task]?.calls.at(-1);
  return call?.group ?? (call?.device === undefined ? null : groupOfDevice(world, call.device));
};

/** Groups that someone is busy with: a lock of theirs is held or wanted, or a call is about them. */
const busyGroups = (world: World): readonly (GroupId | null)[] => [
  ...Object.keys(world.locks).map((lock) => groupOfLock(world, lock)),
  ...Object.values(world.tasks).flatMap(({ calls }) =>
    calls.map(({ group, device }) => group ?? (device === undefined ? null : groupOfDevice(world, device))),
  ),
];

/** A group that nobody has read or written yet is the least interesting one. */
const ownerWeight = (world: World, id: GroupId): number => {
  const group = world.groups[id];
  if (group === undefined || group.ownerCount === null) return 4;
  return group.owner === null ? 3 : 2;
};

/**
 * All groups of the world, those that matter most first: the one in focus, then busy ones, ones with a user owner,
 * ones of which anything is known, and the rest by number.
 */
export const groupsByWeight = (world: World, focus: GroupId | null): readonly GroupId[] => {
  const busy = new Set(busyGroups(world));
  const weight = (group: GroupId): number => {
    if (group === focus) return 0;
    if (busy.has(group)) return 1;
    return ownerWeight(world, group);
  };
  const ids = Object.keys(world.groups) as GroupId[];
  return ids.sort((left, right) => weight(left) - weight(right) || Number(left) - Number(right));
};
