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
 * way. `probed` is after a good probe() and before driver_bound(); `removed` is after remove().
 */
export const stage = { unbound: 0, binding: 1, probed: 2, bound: 3, failing: 4, unbinding: 5, removed: 6 } as const;

const phases: readonly Phase[] = ['unbound', 'binding', 'binding', 'bound', 'failing', 'unbinding', 'unbinding'];
export const phaseOf = (code: number): Phase => phases[code] as Phase;
export const stageCount = phases.length;

export const errno = { OK: 0, EPERM: 1, EBUSY: 2, EINVAL: 3, ENODEV: 4 } as const;
export type ErrnoName = keyof typeof errno;
export const errnoNames = Object.keys(errno) as readonly ErrnoName[];
