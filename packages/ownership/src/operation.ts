import { type BusEvent, type OperationName, operations } from '@custody/trace';
import { type ErrnoName, errno } from './codes.ts';
import type { Knobs } from './knobs.ts';
import type { Chance, Scenario } from './scenario.ts';
import type { DeviceView, LockView, TaskView, UserView, Views } from './views.ts';

/**
 * Where a task stands in an operation, e.g. `use.check`. There is one label per point where another CPU could notice
 * a difference. The word before the dot is the ownership call it is inside, if it names one.
 */
export type Label = string;

/** The operation is over and returns the task's errno. */
export const end: Label = 'end';

/** What a step says beyond what it writes. The explorer keeps the marks, the narrator makes facts of the rest. */
export interface Voice {
  /** A name of what just happened: a property that was broken, a case that was reached. */
  mark(name: string): void;
  warn(what: string): void;
  bug(what: string): void;
  notify(device: DeviceView, event: BusEvent): void;
}

/** What the steps of one call of one task can see. */
export interface Place extends Views {
  readonly knobs: Knobs;
  readonly scenario: Scenario;
  /** A store to dev->driver may become visible late. */
  readonly isLate: boolean;
  readonly voice: Voice;
  readonly task: TaskView;
  /** Another task waits for the group's mutex to claim the group for a user. */
  readonly hasWaitingClaim: () => boolean;
}

export interface DevicePlace extends Place {
  readonly device: DeviceView;
  /** The other devices, in the group's order. */
  readonly siblings: readonly DeviceView[];
}

/** A user speaks through the driver of a device. */
export interface UserPlace extends DevicePlace {
  readonly user: UserView;
}

/** What a task waits for that is no lock. */
export interface Await {
  /** In words, for a report. */
  readonly what: string;
  readonly isReady: () => boolean;
  /** The task that it is waiting for, or -1 when it is nobody in particular. */
  readonly from: () => number;
  /** A worker with nothing to do: that it waits is no deadlock. */
  readonly isIdle?: true;
}

/** One atomic move. */
export interface Step {
  /** The lock that it waits for. */
  readonly acquires?: LockView;
  readonly awaits?: Await;
  /** What the kernel may choose here. Default: nothing. */
  readonly chance?: Chance;
  /** Does it, with an outcome that `chance` allows; returns where the task stands then. */
  readonly run: (outcome: number) => Label;
}

export type Steps = Readonly<Record<Label, Step>>;

export interface Operation {
  readonly entry: Label;
  readonly steps: Steps;
}

/** Where to go on, known at once or when it comes to it. */
export type Then = Label | (() => Label);
export const go = (then: Then): Label => (typeof then === 'string' ? then : then());

/** Labels of VFIO's that are inside a call of the IOMMU core: iommu_attach_group() and iommu_detach_group(). */
const groupCalls: Readonly<Record<Label, OperationName>> = {
  'iommu.group-lock': 'attach',
  'iommu.attach': 'attach',
  'iommu.group-unlock': 'attach',
  'container.detach-lock': 'detach',
  'container.detach': 'detach',
  'container.detach-unlock': 'detach',
};

/** The ownership call that `label` is inside, or null. */
export const callAt = (label: Label): OperationName | null =>
  groupCalls[label] ?? operations.find((name) => label.startsWith(`${name}.`)) ?? null;

export const step = (run: () => Label): Step => ({ run });

/** Waits until the lock is free and takes it. */
export const acquire = ({ task }: Place, lock: LockView, then: Then): Step => ({
  acquires: lock,
  run: () => {
    lock.holder = task.number;
    return go(then);
  },
});

/** What the task stored is visible to whoever takes the lock next. */
const publish = ({ isLate, devices, task }: Place): void => {
  if (!isLate) return;
  for (const device of devices) if (device.lock.holder === task.number) device.publish();
};

/** Drops the lock; `then` may depend on how things went. */
export const release = (place: Place, lock: LockView, then: Then): Step => ({
  run: () => {
    publish(place);
    lock.holder = -1;
    return go(then);
  },
});

/** The call will return `reason`; the task goes on at `then`. */
export const refuse = ({ task }: Place, reason: ErrnoName, then: Label): Label => {
  task.errno = errno[reason];
  return then;
};

/** WARN_ON(): root can make the kernel complain (I14). */
export const warn = ({ voice }: Place, what: string): void => {
  voice.mark('I14');
  voice.warn(what);
};

/** Stores dev->driver. Only whoever holds the device_lock may (I15). */
export const setDriver = ({ voice, task }: Place, device: DeviceView, code: number): void => {
  if (device.lock.holder !== task.number) voice.mark('I15');
  device.driver = code;
};

/** The group's domain is `code` now, and the hardware's for every member. */
export const attachAll = ({ group, devices }: Place, code: number): void => {
  group.domain = code;
  for (const device of devices) if (device.isMember) device.hardware = code;
};
