import { type OperationName, operations } from '@custody/trace';
import { type ErrnoName, errno } from './codes.ts';
import type { BindCall, Chance } from './scenario.ts';
import type { DeviceView, GroupView, LockView, TaskView, UserView } from './views.ts';

/**
 * Where a task stands in an operation, e.g. `use.check`. There is one label per point where another CPU could notice
 * a difference. The word before the dot is the ownership call it is inside, if it names one.
 */
export type Label = string;

/** The operation is over and returns the task's errno. */
export const end: Label = 'end';

/** What a step of bind or unbind can see. */
export interface DevicePlace {
  readonly group: GroupView;
  readonly task: TaskView;
  readonly device: DeviceView;
  /** The other devices of the group, in the group's order. */
  readonly siblings: readonly DeviceView[];
  /** The driver that a bind brings. */
  readonly driver: number;
  readonly chances: Pick<BindCall, 'pinctrl' | 'probe'>;
}

/** What a step of a user's claim or release can see. */
export interface UserPlace {
  readonly group: GroupView;
  readonly task: TaskView;
  readonly user: UserView;
}

/** One atomic move. */
export interface Step<Place> {
  /** The lock that it waits for. */
  readonly acquires?: (place: Place) => LockView;
  /** Whether it may fail, where that is the kernel's choice. */
  readonly chance?: (place: Place) => Chance;
  /** Does it; returns where the task stands then. */
  readonly run: (place: Place, fails: boolean) => Label;
}

export type Steps<Place> = Readonly<Record<Label, Step<Place>>>;

export interface Operation<Place> {
  readonly entry: Label;
  readonly steps: Steps<Place>;
}

/** The ownership call that `label` is inside, or null. */
export const callAt = (label: Label): OperationName | null =>
  operations.find((name) => label.startsWith(`${name}.`)) ?? null;

export const groupMutex = ({ group }: { readonly group: GroupView }): LockView => group.mutex;
export const deviceLock = ({ device }: { readonly device: DeviceView }): LockView => device.lock;

interface HasTask {
  readonly task: TaskView;
}

/** Waits until the lock is free and takes it. */
export const acquire = <Place extends HasTask>(
  lock: (place: NoInfer<Place>) => LockView,
  then: Label,
): Step<Place> => ({
  acquires: lock,
  run: (place) => {
    lock(place).holder = place.task.number;
    return then;
  },
});

/** Drops the lock; `then` may depend on how things went. */
export const release = <Place extends HasTask>(
  lock: (place: NoInfer<Place>) => LockView,
  then: Label | ((place: Place) => Label),
): Step<Place> => ({
  run: (place) => {
    lock(place).holder = -1;
    return typeof then === 'string' ? then : then(place);
  },
});

export const step = <Place>(run: (place: Place) => Label): Step<Place> => ({ run });

/** The kernel may fail here, if the scenario says so. */
export const kernelMayFail = <Place>(
  chance: (place: Place) => Chance,
  { ok, fails }: { readonly ok: (place: Place) => Label; readonly fails: (place: Place) => Label },
): Step<Place> => ({ chance, run: (place, isFailing) => (isFailing ? fails(place) : ok(place)) });

/** The call will return `reason`; the task goes on at `then`. */
export const refuse = ({ task }: HasTask, reason: ErrnoName, then: Label): Label => {
  task.errno = errno[reason];
  return then;
};
