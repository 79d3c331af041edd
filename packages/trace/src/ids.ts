/** Ids and units. A raw string or number becomes one of these in exactly one place: its mint, here. */

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A run in the store: a short content id, the same for the same bytes or the same simulation. */
export type RunId = Brand<string, 'RunId'>;
/** A thread of control: a kernel tid in decimal, or a simulated actor (`T0`, `T1` …). */
export type TaskId = Brand<string, 'TaskId'>;
/** A device as sysfs names it, e.g. `0000:03:01.0`; in simulations a letter. */
export type DeviceId = Brand<string, 'DeviceId'>;
/** A driver's name, e.g. `vfio-pci`. */
export type DriverId = Brand<string, 'DriverId'>;
/** The N of /sys/kernel/iommu_groups/N, in decimal. */
export type GroupId = Brand<string, 'GroupId'>;
/** An owner cookie: compared, never followed. */
export type OwnerId = Brand<string, 'OwnerId'>;
/** `group:6` is iommu_group->mutex of group 6; `device:0000:03:01.0` is that device's device_lock. */
export type LockId = Brand<string, 'LockId'>;
/** A domain: `default`, `blocking`, or whatever address the kernel showed. Compared, never followed. */
export type DomainId = Brand<string, 'DomainId'>;
/** Nanoseconds on the run's own clock; in a simulation, steps taken. */
export type Nanos = Brand<number, 'Nanos'>;
/** How many events have been applied: 0 is before the first, `end` after the last. Lies between events. */
export type Position = Brand<number, 'Position'>;

const named = (value: string, what: string): string => {
  if (value === '') throw new RangeError(`Cannot use an empty string as ${what} as it must name something`);
  return value;
};

export const runId = (value: string): RunId => named(value, 'a run id') as RunId;
export const taskId = (value: string): TaskId => named(value, 'a task id') as TaskId;
export const deviceId = (value: string): DeviceId => named(value, 'a device id') as DeviceId;
export const driverId = (value: string): DriverId => named(value, 'a driver id') as DriverId;
export const groupId = (value: string): GroupId => named(value, 'a group id') as GroupId;
export const ownerId = (value: string): OwnerId => named(value, 'an owner id') as OwnerId;
export const domainId = (value: string): DomainId => named(value, 'a domain id') as DomainId;

/** The DMA API as an owner, in a scheme that names it by a token instead of counting its users. */
export const dmaApiOwner: OwnerId = 'DMA_API' as OwnerId;

export const groupLock = (group: GroupId): LockId => `group:${group}` as LockId;
export const deviceLock = (device: DeviceId): LockId => `device:${device}` as LockId;
/** VFIO's lock of its own struct for an iommu_group. */
export const vfioGroupLock = (group: GroupId): LockId => `vfio-group:${group}` as LockId;
/** The group_lock of the container that the group is in. */
export const vfioContainerLock = (group: GroupId): LockId => `vfio-container:${group}` as LockId;
/** iommu_probe_device_lock, which is one for all. */
export const iommuProbeLock: LockId = 'iommu-probe' as LockId;

/**
 * Nanoseconds; below 2^53, so a boot clock is exact for 104 days.
 *
 * @throws RangeError when `value` is not a safe integer.
 */
export const nanos = (value: number): Nanos => {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot use ${value} as nanoseconds as it must be a safe integer`);
  }
  return value as Nanos;
};

/** @throws RangeError when `value` is not a whole number of 0 or more. */
export const position = (value: number): Position => {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot use ${value} as a position as it must be a whole number of 0 or more`);
  }
  return value as Position;
};
