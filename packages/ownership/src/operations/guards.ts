import { domain, nobody } from '../codes.ts';
import { isCounted } from '../knobs.ts';
import type { DevicePlace } from '../operation.ts';

/** Why the group cannot be claimed now by a user who does not own it; null when it can. */
export const refusalOf = ({ knobs, group }: Pick<DevicePlace, 'knobs' | 'group'>): 'EPERM' | 'EBUSY' | null => {
  if (knobs.userGuard === 'owner_cnt') {
    if (group.ownerCount > 0) return 'EPERM';
    const isDetached = knobs.domainOnClaim === 'detached' && group.domain === domain.detached;
    return group.domain === group.defaultDomain || isDetached ? null : 'EBUSY';
  }
  return group.owner === nobody ? null : 'EBUSY';
};

/** Whether a kernel driver's claim stands against another owner. */
export const isRefusedUse = ({ knobs, group }: Pick<DevicePlace, 'knobs' | 'group'>): boolean => {
  if (!isCounted(knobs)) return group.hasExplicitOwner;
  return group.ownerCount > 0 && (group.owner !== nobody || group.domain !== group.defaultDomain);
};
