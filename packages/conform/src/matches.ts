import type { Fact, LockId } from '@custody/trace';
import type { DriverNames } from './driver-names.ts';

/** A lock without the number of its group: a model has one group, whatever it is called. */
const lockKey = (lock: LockId): string => (lock.startsWith('device:') ? lock : (lock.split(':', 1)[0] as string));

/** Errnos by which the model says that the kernel chose to fail: it may choose any. */
const chosen: ReadonlySet<string> = new Set(['ENODEV', 'EINVAL', 'ENOMEM']);

/** Whether a bind, or a driver's probe(), that the model ends with `told` may end with `shown`. */
const sameEnd = (told: string, shown: string): boolean => told === shown || (chosen.has(told) && shown !== 'OK');

/** A device that one side does not name is not another one: iommu_attach_group() is about none. */
const sameDevice = (told: { readonly device?: string }, shown: { readonly device?: string }): boolean =>
  told.device === undefined || shown.device === undefined || told.device === shown.device;

/** Whether what the model told can be what the run shows. */
export const matches = (told: Fact, shown: Fact, drivers: DriverNames): boolean => {
  switch (told.type) {
    case 'LockRequested':
    case 'LockAcquired':
    case 'LockReleased':
      return shown.type === told.type && lockKey(shown.data.lock) === lockKey(told.data.lock);
    case 'BindStarted':
    case 'DriverSet':
      return (
        shown.type === told.type &&
        shown.data.device === told.data.device &&
        drivers.nameOf(shown.data.driver) === told.data.driver
      );
    case 'ProbeReturned':
    case 'BindReturned':
      return (
        shown.type === told.type && shown.data.device === told.data.device && sameEnd(told.data.errno, shown.data.errno)
      );
    case 'UnbindStarted':
    case 'RemoveReturned':
    case 'DriverCleared':
    case 'UnbindReturned':
      return shown.type === told.type && shown.data.device === told.data.device;
    case 'BusNotified':
      return shown.type === told.type && shown.data.device === told.data.device && shown.data.event === told.data.event;
    case 'CallEntered':
      return shown.type === told.type && shown.data.op === told.data.op && sameDevice(told.data, shown.data);
    case 'CallReturned':
      return (
        shown.type === told.type &&
        shown.data.op === told.data.op &&
        shown.data.errno === told.data.errno &&
        sameDevice(told.data, shown.data)
      );
    case 'SiblingSeen': {
      if (shown.type !== told.type || shown.data.device !== told.data.device) return false;
      if (shown.data.keeps !== told.data.keeps) return false;
      const { driver } = shown.data;
      return driver === undefined || (driver === null ? null : drivers.nameOf(driver)) === told.data.driver;
    }
    case 'BugHit':
      return shown.type === told.type;
    default:
      return false;
  }
};

/**
 * A fact whose probe stands before what it is about: what it tells of takes effect between it and the task's next line.
 * Of every other, the effect is in the past when it is read.
 */
export const isBefore = ({ type }: Fact): boolean =>
  type === 'BindStarted' || type === 'UnbindStarted' || type === 'LockReleased';

/**
 * What is left of `pending` when the run shows `shown`; null when the model tells something else. Up to v5.x the probe
 * for the end of an unbind stands inside the device_lock, later outside, so these two may come in either order.
 */
export const taken = (pending: readonly Fact[], shown: Fact, drivers: DriverNames): readonly Fact[] | null => {
  const [head, second] = pending;
  if (head === undefined) return null;
  if (matches(head, shown, drivers)) return pending.slice(1);
  if (head.type !== 'LockReleased' || second?.type !== 'UnbindReturned') return null;
  return matches(second, shown, drivers) ? [head, ...pending.slice(2)] : null;
};
