import type { DeviceId, GroupId, TraceEvent, World } from '@custody/trace';

/**
 * The locks, groups and devices that an event touches. Two events of different tasks that touch none in common may swap.
 *
 * A write to `dev->driver` touches the device's group as well: whoever looks for users of a group reads it, and who came
 * first is what the thread of February 2022 argues about.
 *
 * @param groupOf - the group that a device is in then; null when it is in none.
 */
export const touchedBy = (event: TraceEvent, groupOf: (device: DeviceId) => GroupId | null): readonly string[] => {
  switch (event.type) {
    // Who asks for a lock changes nothing for anybody: only who has it does.
    case 'LockRequested':
    case 'LockContended':
      return [];
    case 'LockAcquired':
    case 'LockReleased':
      return [`lock ${event.data.lock}`];
    case 'DriverSet':
    case 'DriverCleared':
      return withGroup(event.data.device, groupOf(event.data.device));
    case 'BindStarted':
    case 'ProbeReturned':
    case 'BindReturned':
    case 'UnbindStarted':
    case 'RemoveReturned':
    case 'UnbindReturned':
    case 'BusNotified':
    case 'DeviceRegistered':
      return [`device ${event.data.device}`];
    case 'DeviceRemoved':
    case 'SiblingSeen':
      return withGroup(event.data.device, groupOf(event.data.device));
    case 'DeviceAdded':
      return withGroup(event.data.device, event.data.group);
    case 'CallEntered':
    case 'CallReturned': {
      const { group, device } = event.data;
      return [...(group === null ? [] : [`group ${group}`]), ...(device === undefined ? [] : [`device ${device}`])];
    }
    case 'OwnerSet':
    case 'DomainAttached':
    case 'GroupSampled':
      return [`group ${event.data.group}`];
    case 'SyscallEntered':
    case 'SyscallReturned':
    case 'MarkerWritten':
    case 'WarningRaised':
    case 'BugHit':
    case 'TaskBlocked':
    case 'EventsLost':
    case 'RecordingEnded':
    case 'LineKept':
    case 'StepTaken':
      return [];
  }
};

const withGroup = (device: DeviceId, group: GroupId | null): readonly string[] =>
  group === null ? [`device ${device}`] : [`device ${device}`, `group ${group}`];

/** `groupOf` for a run whose devices may come and go: tell it every event, in order. */
export const membership = (initial: World) => {
  const groups = new Map<DeviceId, GroupId | null>(
    Object.entries(initial.devices).map(([device, { group }]) => [device as DeviceId, group]),
  );
  return {
    groupOf: (device: DeviceId): GroupId | null => groups.get(device) ?? null,
    watch: (event: TraceEvent): void => {
      if (event.type === 'DeviceAdded') groups.set(event.data.device, event.data.group);
      if (event.type === 'DeviceRemoved') groups.delete(event.data.device);
    },
  };
};
