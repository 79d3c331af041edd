import type { DeviceId, DomainId, DriverId, GroupId, LockId, Nanos, OwnerId, TaskId } from './ids.ts';

/** `OK`, or the errno's name as include/uapi/asm-generic/errno*.h and include/linux/errno.h spell it. */
export type Errno = string;

/** The operations of the ownership protocol (domain specification, section 2). */
export const operations = [
  'use',
  'unuse',
  'claim',
  'release',
  'claim-device',
  'release-device',
  'attach',
  'detach',
  'store-type',
] as const;
export type OperationName = (typeof operations)[number];

/** Bus notifier events by name, as their numbers differ between kernel lines (include/linux/device/bus.h). */
export const busEvents = [
  'ADD_DEVICE',
  'DEL_DEVICE',
  'REMOVED_DEVICE',
  'BIND_DRIVER',
  'BOUND_DRIVER',
  'UNBIND_DRIVER',
  'UNBOUND_DRIVER',
  'DRIVER_NOT_BOUND',
] as const;
export type BusEvent = (typeof busEvents)[number];

/**
 * Everything that can happen, in the past tense, as plain JSON data. A key is its stored name for ever: a fact
 * never changes its meaning, a new meaning gets a new key.
 */
export interface Facts {
  /** The task wants the lock and can do nothing else until it has it. */
  LockRequested: { lock: LockId };
  /** `inferred`: no probe stands on the return of mutex_lock; the task's next line proves that it has the lock. */
  LockAcquired: { lock: LockId; inferred?: true };
  /**
   * On a recording: mutex_unlock was entered, so the lock is free a little later, never earlier. `inferred`: the line
   * was among the lost ones; somebody else has the lock, which proves it.
   */
  LockReleased: { lock: LockId; inferred?: true };
  /** The kernel took the slow path. */
  LockContended: { lock: LockId };

  /** really_probe began. `managed` is driver_managed_dma; null when the probe could not read it. */
  BindStarted: { device: DeviceId; driver: DriverId; managed: boolean | null };
  /** dev->driver was set; on a recording, certainly by now. */
  DriverSet: { device: DeviceId; driver: DriverId };
  /** The driver's probe() returned. */
  ProbeReturned: { device: DeviceId; errno: Errno };
  /** really_probe returned. */
  BindReturned: { device: DeviceId; errno: Errno };
  /** The device_lock is held, a driver is there, and its removal begins. */
  UnbindStarted: { device: DeviceId };
  /** The driver's remove() returned. */
  RemoveReturned: { device: DeviceId };
  /** dev->driver was set to NULL; on a recording, certainly by now. */
  DriverCleared: { device: DeviceId };
  UnbindReturned: { device: DeviceId };
  BusNotified: { device: DeviceId; event: BusEvent };

  /** `owner` is the cookie that a claim offers. */
  CallEntered: { op: OperationName; group: GroupId | null; device?: DeviceId; owner?: OwnerId };
  CallReturned: { op: OperationName; group: GroupId | null; device?: DeviceId; errno: Errno };
  /**
   * The group's owner or count was written. `owner: null`: nobody but the kernel's DMA API, `count` times; where a scheme
   * does not count but sets a token, the owner is `DMA_API`.
   */
  OwnerSet: { group: GroupId; owner: OwnerId | null; count: number };
  /** Every device of the group now translates through `domain`. */
  DomainAttached: { group: GroupId; domain: DomainId };
  /**
   * A release hook looked at a sibling's dev->driver, under the group's mutex and without the sibling's device_lock.
   * `keeps`: for the sake of what it saw, the DMA API stays the owner. `driver` is absent when the probe did not read it.
   */
  SiblingSeen: { device: DeviceId; driver?: DriverId | null; keeps: boolean };

  /** The device is on its bus, where drivers can find it, and in no group yet. */
  DeviceRegistered: { device: DeviceId };
  DeviceAdded: { device: DeviceId; group: GroupId };
  DeviceRemoved: { device: DeviceId };

  /** User space asked: `call` is e.g. `write bind` or `ioctl VFIO_GROUP_SET_CONTAINER`, `about` its object. */
  SyscallEntered: { call: string; about?: string };
  SyscallReturned: { call: string; errno: Errno };
  MarkerWritten: { text: string };

  WarningRaised: { what: string };
  BugHit: { what: string };
  TaskBlocked: { what: string };

  /** What a probe read under the lock: evidence to compare the fold with, never overriding it. */
  GroupSampled: { group: GroupId; owner: OwnerId | null; count: number | null; domain: DomainId | null };
  /** `count` events are missing here; null when the kernel did not say how many. */
  EventsLost: { count: number | null };
  RecordingEnded: { how: 'marker' | 'cut' };
  /** A line with no meaning here, kept as it was: `name` is the trace event's name. */
  LineKept: { name: string; text: string };

  /** A simulated task moved: it was at `label`; `outcome` is what the kernel chose where it may choose. */
  StepTaken: { label: string; outcome?: string };
}

export type FactType = keyof Facts;
/** What happened. */
export type Fact = {
  readonly [Type in FactType]: { readonly type: Type; readonly data: Readonly<Facts[Type]> };
}[FactType];

/** Who, when and, when recorded, where it was read. */
export interface Stamp {
  readonly task: TaskId;
  readonly at: Nanos;
  readonly cpu?: number;
  /** The task's name as the kernel gave it; absent when it was not known (`<...>`). */
  readonly comm?: string;
  /** The line of the file it came from, counted from 1. */
  readonly line?: number;
}

/** A fact with task and time. */
export type TraceEvent = Fact & Stamp;

/** The value says nothing: this is the list of keys, checked to be whole. */
const factTypes: Readonly<Record<FactType, true>> = {
  LockRequested: true,
  LockAcquired: true,
  LockReleased: true,
  LockContended: true,
  BindStarted: true,
  DriverSet: true,
  ProbeReturned: true,
  BindReturned: true,
  UnbindStarted: true,
  RemoveReturned: true,
  DriverCleared: true,
  UnbindReturned: true,
  BusNotified: true,
  CallEntered: true,
  CallReturned: true,
  OwnerSet: true,
  DomainAttached: true,
  SiblingSeen: true,
  DeviceRegistered: true,
  DeviceAdded: true,
  DeviceRemoved: true,
  SyscallEntered: true,
  SyscallReturned: true,
  MarkerWritten: true,
  WarningRaised: true,
  BugHit: true,
  TaskBlocked: true,
  GroupSampled: true,
  EventsLost: true,
  RecordingEnded: true,
  LineKept: true,
  StepTaken: true,
};

/** Is this a fact that this version knows? One from a newer version is not, and must not be folded as nothing. */
export const isFactType = (type: string): type is FactType => Object.hasOwn(factTypes, type);
