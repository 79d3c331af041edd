import type { Phase } from '@custody/trace';

/** What the packed fields' numbers mean. Drivers and users are numbered by the scenario. */

/** dev->driver is NULL. */
export const noDriver = 0;

/** The group's owner: NULL, the token for the kernel's DMA API, a user's cookie, or after those a driver. */
export const nobody = 0;
export const dmaApi = 1;
export const firstCookie = 2;

/**
 * What a group translates with. `user` is the domain of a user's container, `own` one that a driver attached for
 * itself, `detached` none at all, `identity` the default domain that a write to sysfs put in the place of the first.
 */
export const domain = { default: 0, blocking: 1, user: 2, own: 3, detached: 4, identity: 5 } as const;
export const domainNames = Object.keys(domain) as readonly (keyof typeof domain)[];

/** Where a device is: in its group, on its bus and in no group, nowhere, or being deleted (after kill_device()). */
export const presence = { member: 0, registered: 1, absent: 2, dead: 3 } as const;

/** Where a device is on the deferred probe lists. */
export const deferral = { none: 0, pending: 1, active: 2 } as const;

/**
 * How far a device is between its drivers: the trace's phase, finer by what else a bind and an unbind tell on their
 * way.
 */
export const stage = {
  unbound: 0,
  /** dev->driver is set; probe() is not reached yet. */
  binding: 1,
  /** Inside probe(). */
  probing: 2,
  /** After a good probe() and before driver_bound(). */
  probed: 3,
  bound: 4,
  /** pinctrl or the firmware's set-up said no, before probe(). No fact tells it. */
  failedEarly: 5,
  /** The claim was refused. */
  refused: 6,
  /** probe() failed, or what comes just before or after it. */
  failing: 7,
  unbinding: 8,
  /** remove() returned. */
  removed: 9,
  /** dev->driver is NULL again, and the device_lock still held: after failedEarly, after a failure, after a removal. */
  clearedEarly: 10,
  clearedFailing: 11,
  cleared: 12,
  /** As `cleared`, and the driver that left manages its own DMA. */
  clearedManaged: 13,
  /** As probing and probed, though the claim was refused: nobody asked the notifier. */
  probingRefused: 14,
  probedRefused: 15,
  /** The bind fails after its claim, and not in probe(): its links in sysfs could not be made. No fact tells it. */
  failedSilently: 16,
  /** CONFIG_DEBUG_TEST_DRIVER_REMOVE took a good driver off again, to probe it once more. */
  tested: 17,
  /** As `probed`, and the claim that comes only now was refused: nobody asked the notifier. */
  refusedAtBound: 18,
  /** As `cleared` and `clearedManaged`, and whatever was to be released is: nothing of the driver is left. */
  left: 19,
} as const;

const phases: Readonly<Record<keyof typeof stage, Phase>> = {
  unbound: 'unbound',
  binding: 'binding',
  probing: 'binding',
  probed: 'binding',
  bound: 'bound',
  failedEarly: 'binding',
  refused: 'failing',
  failing: 'failing',
  unbinding: 'unbinding',
  removed: 'unbinding',
  clearedEarly: 'binding',
  clearedFailing: 'failing',
  cleared: 'unbinding',
  clearedManaged: 'unbinding',
  probingRefused: 'failing',
  probedRefused: 'failing',
  failedSilently: 'binding',
  tested: 'binding',
  refusedAtBound: 'failing',
  left: 'unbinding',
};
const stageNames = Object.keys(stage) as readonly (keyof typeof stage)[];
export const stageCount = stageNames.length;
export const phaseOf = (code: number): Phase => phases[stageNames[code] as keyof typeof stage];

/** In probe() or bound. Not after: linux-6.1 gives back before dev->driver is cleared, and rightly so. */
export const isAtWork = (code: number): boolean => working.has(code);
const working: ReadonlySet<number> = new Set([
  stage.probing,
  stage.probed,
  stage.bound,
  stage.probingRefused,
  stage.probedRefused,
  stage.refusedAtBound,
]);

/** Where a device is once dev->driver is NULL, by where it was. */
export const clearedFrom = (code: number, isManaged: boolean): number => {
  switch (code) {
    case stage.failedEarly:
    case stage.failedSilently:
      return stage.clearedEarly;
    case stage.refused:
    case stage.failing:
      return stage.clearedFailing;
    case stage.probed:
      return stage.tested;
    default:
      return isManaged ? stage.clearedManaged : stage.cleared;
  }
};

export const errno = { OK: 0, EPERM: 1, EBUSY: 2, EINVAL: 3, ENODEV: 4, EPROBE_DEFER: 5, ENOMEM: 6 } as const;
export type ErrnoName = keyof typeof errno;
export const errnoNames = Object.keys(errno) as readonly ErrnoName[];

/** What can happen at a step: the usual; the kernel fails; it defers; or a store becomes visible and nobody moves. */
export const outcome = { ok: 0, fail: 1, defer: 2, visible: 3 } as const;
export const outcomeNames = Object.keys(outcome) as readonly (keyof typeof outcome)[];
