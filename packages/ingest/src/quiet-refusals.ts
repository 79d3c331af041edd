import {
  type DeviceId,
  deviceLock,
  type Errno,
  type GroupId,
  type Position,
  type TaskId,
  type TraceEvent,
  type World,
} from '@custody/trace';

/** A claim refused although nobody could be seen to use the group: what a leaked ownership looks like. */
interface QuietRefusal {
  readonly kind: 'claim-refused-while-quiet';
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

/**
 * Watches claims: one refused while, from its entry to its return, every device of the group was settled, none had a
 * driver that uses the DMA API, and no earlier claim was still unreleased. Says nothing where it is not certain.
 */
export const quietRefusals = () => {
  const found: QuietRefusal[] = [];
  const claimed = new Set<GroupId>();
  const quietSince = new Map<TaskId, GroupId>();

  /** @param world - the state after the event. */
  const watch = (event: TraceEvent, world: World, after: Position): void => {
    for (const [task, group] of quietSince) if (!isQuietGroup(world, group)) quietSince.delete(task);
    if (event.type === 'CallEntered' && event.data.op === 'claim' && event.data.group !== null) {
      const { group } = event.data;
      if (isQuietGroup(world, group) && !claimed.has(group)) quietSince.set(event.task, group);
    }
    if (event.type !== 'CallReturned' || event.data.group === null) return;
    const { op, group, errno } = event.data;
    if (op === 'claim' && errno === 'OK') {
      claimed.add(group);
      for (const [task, watched] of quietSince) if (watched === group) quietSince.delete(task);
    }
    if (op === 'release') claimed.delete(group);
    if (op === 'claim' && errno !== 'OK' && quietSince.get(event.task) === group) {
      const bound = (world.groups[group]?.devices ?? []).flatMap((id) => {
        const driver = world.devices[id]?.driver;
        return driver ? [`${id} ${driver}`] : [];
      });
      found.push({ kind: 'claim-refused-while-quiet', position: after, group, errno, bound });
    }
    quietSince.delete(event.task);
  };

  return { found, watch };
};
