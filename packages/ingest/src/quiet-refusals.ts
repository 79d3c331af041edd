import {
  type DeviceId,
  deviceLock,
  dmaApiOwner,
  type Errno,
  type GroupId,
  type OwnerId,
  type Position,
  type TaskId,
  type TraceEvent,
  type World,
} from '@custody/trace';

/** A claim refused although nobody could be seen to use the group: what a leaked ownership looks like. */
interface QuietRefusal {
  /** Just after the claim returned. */
  readonly position: Position;
  readonly group: GroupId;
  readonly errno: Errno;
  /** The drivers that were bound, all of which manage their own DMA. */
  readonly bound: readonly string[];
}

/** A device that cannot be a user of the DMA API now, nor become or cease to be one: settled, its lock free. */
const isQuiet = (world: World, id: DeviceId): boolean => {
  const device = world.devices[id];
  if (!device || world.locks[deviceLock(id)] !== undefined) return false;
  return device.phase === 'unbound' || (device.phase === 'bound' && device.managed === true);
};

const isQuietGroup = (world: World, id: GroupId): boolean => {
  const group = world.groups[id];
  return group !== undefined && group.devices.length > 0 && group.devices.every((device) => isQuiet(world, device));
};

const isUserOwned = (world: World, id: GroupId): boolean => {
  const owner = world.groups[id]?.owner ?? null;
  return owner !== null && owner !== dmaApiOwner;
};

/** Of no user, and counted by nobody: a recording can begin in the middle, when a topology is already out of date. */
const isFree = ({ owner, count }: { readonly owner: OwnerId | null; readonly count: number | null }): boolean =>
  owner === dmaApiOwner || (owner === null && (count ?? 0) === 0);

const isClaim = (op: string): boolean => op === 'claim' || op === 'claim-device';
/** What a claim of a group that is in use returns; others (ENOMEM, EINVAL) have nothing to do with users. */
const isInUse = (errno: Errno): boolean => errno === 'EPERM' || errno === 'EBUSY';

/**
 * Watches claims: one refused while, from its entry to its return, every device of the group was settled, none had a
 * driver that uses the DMA API, no earlier claim was unreleased and no other under way. Says nothing where it is not
 * certain: before the group was seen free once, since events were lost, or of a group whose devices nobody listed.
 *
 * @param isMembershipKnown - the topology lists the group's devices.
 */
export const quietRefusals = (isMembershipKnown: (group: GroupId) => boolean) => {
  const found: QuietRefusal[] = [];
  /** Groups whose user owner is known: true when there is one. */
  const owned = new Map<GroupId, boolean>();
  const claiming = new Map<TaskId, GroupId>();
  const quietSince = new Map<TaskId, GroupId>();

  const others = (task: TaskId, group: GroupId): boolean =>
    [...claiming].some(([other, claimed]) => other !== task && claimed === group);

  const boundIn = (world: World, group: GroupId): string[] =>
    (world.groups[group]?.devices ?? []).flatMap((id) => {
      const driver = world.devices[id]?.driver;
      return driver ? [`${id} ${driver}`] : [];
    });

  /** @param world - the state after the event. */
  const watch = (event: TraceEvent, world: World, after: Position): void => {
    for (const [task, group] of quietSince) {
      if (!isQuietGroup(world, group) || others(task, group)) quietSince.delete(task);
    }
    switch (event.type) {
      case 'EventsLost':
        owned.clear();
        claiming.clear();
        quietSince.clear();
        return;
      case 'OwnerSet':
        if (isFree(event.data)) owned.set(event.data.group, false);
        return;
      case 'CallEntered': {
        const { op, group } = event.data;
        if (!isClaim(op) || group === null) return;
        claiming.set(event.task, group);
        if (!isMembershipKnown(group)) return;
        if (owned.get(group) === false && isQuietGroup(world, group) && !others(event.task, group)) {
          quietSince.set(event.task, group);
        }
        return;
      }
      case 'CallReturned': {
        const { op, group, errno } = event.data;
        if (group === null) return;
        if (op === 'release' || op === 'release-device') owned.set(group, isUserOwned(world, group));
        if (!isClaim(op)) return;
        claiming.delete(event.task);
        if (errno === 'OK') owned.set(group, true);
        else if (isInUse(errno) && quietSince.get(event.task) === group) {
          found.push({ position: after, group, errno, bound: boundIn(world, group) });
        }
        quietSince.delete(event.task);
      }
    }
  };

  return { found, watch };
};
