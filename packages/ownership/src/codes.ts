import type { Phase } from '@custody/trace';

/** What the packed fields' numbers mean. Drivers and users are numbered by the scenario. */

/** dev->driver is NULL. */
export const noDriver = 0;

/** The group's owner: NULL, the token for the kernel's DMA API (token variants only), or a user's cookie. */
export const nobody = 0;
export const dmaApi = 1;
export const firstCookie = 2;

export const domain = { default: 0, blocking: 1 } as const;
export const domainNames = ['default', 'blocking'] as const;

/**
 * How far a device is between its drivers: the trace's phase, finer by what else a bind and an unbind tell on their
 * way. `probing` is inside probe(), `probed` after a good one and before driver_bound(); `refused` is after a refused
 * claim, `failing` after a failed probe(); `removed` is after remove().
 */
export const stage = {
  unbound: 0,
  binding: 1,
  probing: 2,
  probed: 3,
  bound: 4,
  refused: 5,
  failing: 6,
  unbinding: 7,
  removed: 8,
} as const;

const phases: Readonly<Record<keyof typeof stage, Phase>> = {
  unbound: 'unbound',
  binding: 'binding',
  probing: 'binding',
  probed: 'binding',
  bound: 'bound',
  refused: 'failing',
  failing: 'failing',
  unbinding: 'unbinding',
  removed: 'unbinding',
};
const stageNames = Object.keys(stage) as readonly (keyof typeof stage)[];
export const stageCount = stageNames.length;
export const phaseOf = (code: number): Phase => phases[stageNames[code] as keyof typeof stage];

export const errno = { OK: 0, EPERM: 1, EBUSY: 2, EINVAL: 3, ENODEV: 4 } as const;
export type ErrnoName = keyof typeof errno;
export const errnoNames = Object.keys(errno) as readonly ErrnoName[];
