import { domain, errno, nobody } from '../codes.ts';
import { bindWith, clearDriver, type Hooks, unbindWith } from '../driver-core.ts';
import {
  acquire,
  type DevicePlace,
  end,
  groupMutex,
  type Label,
  type Operation,
  refuse,
  release,
  type Steps,
  step,
  type UserPlace,
} from '../operation.ts';
import { countIsHolders, nothingLeaks, ownerIsAlone } from '../properties.ts';
import type { Variant } from '../variant.ts';

/** iommu_device_use_default_domain(), drivers/iommu/iommu.c of v6.1; §2.3 U1–U4. */
export const use: Hooks['use'] = ({ claimed, refused }) => ({
  'use.lock': acquire(groupMutex, 'use.check'),
  'use.check': step((place) => {
    const { group, device } = place;
    if (group.ownerCount > 0 && (group.owner !== nobody || group.domain !== domain.default)) {
      return refuse(place, 'EBUSY', 'use.unlock');
    }
    group.ownerCount += 1;
    device.holds = true;
    return 'use.unlock';
  }),
  'use.unlock': release(groupMutex, (place) => (place.task.errno === errno.OK ? claimed : refused)(place)),
});

/** iommu_device_unuse_default_domain(), same file; §2.3. Without a count it warns and changes nothing. */
const unuse = (then: Label): Steps<DevicePlace> => ({
  'unuse.lock': acquire(groupMutex, 'unuse.count'),
  'unuse.count': step(({ group, device }) => {
    if (group.ownerCount > 0) group.ownerCount -= 1;
    device.holds = false;
    return 'unuse.unlock';
  }),
  'unuse.unlock': release(groupMutex, then),
});

/**
 * pci_dma_cleanup() runs while dev->driver is still set, as it reads driver_managed_dma there; §2.1 F3–F5, §2.4 R6–R7.
 * pci_dma_configure() undoes its own work, so a refused claim has nothing to clean up.
 */
const hooks: Hooks = {
  use,
  departure: {
    enter: ({ device }) => (device.isManaged ? 'leave.clear' : 'unuse.lock'),
    enterEarly: 'leave.clear',
    steps: (then) => ({ ...unuse('leave.clear'), 'leave.clear': clearDriver(then) }),
  },
};

/** iommu_group_claim_dma_owner(), drivers/iommu/iommu.c of v6.1, lines 3206–3235; §2.6 K1–K7. */
const claim: Operation<UserPlace> = {
  entry: 'claim.lock',
  steps: {
    'claim.lock': acquire(groupMutex, 'claim.check'),
    'claim.check': step((place) => {
      if (place.group.ownerCount > 0) return refuse(place, 'EPERM', 'claim.unlock');
      if (place.group.domain !== domain.default) return refuse(place, 'EBUSY', 'claim.unlock');
      return 'claim.block';
    }),
    'claim.block': step(({ group }) => {
      group.domain = domain.blocking;
      return 'claim.own';
    }),
    'claim.own': step(({ group, user }) => {
      group.owner = user.cookie;
      group.ownerCount = 1;
      user.owns = true;
      return 'claim.unlock';
    }),
    'claim.unlock': release(groupMutex, end),
  },
};

/** iommu_group_release_dma_owner(), same file; §2.6. Of a group without an owner it warns and changes nothing. */
const giveBack: Operation<UserPlace> = {
  entry: 'release.lock',
  steps: {
    'release.lock': acquire(groupMutex, 'release.disown'),
    'release.disown': step(({ group, user }) => {
      if (group.ownerCount === 0 || group.owner === nobody) return 'release.unlock';
      group.ownerCount = 0;
      group.owner = nobody;
      user.owns = false;
      return 'release.restore';
    }),
    'release.restore': step(({ group }) => {
      group.domain = domain.default;
      return 'release.unlock';
    }),
    'release.unlock': release(groupMutex, end),
  },
};

/** What was merged: a count per group, given back before dev->driver is cleared. */
export const linux61: Variant = {
  id: 'linux-6.1',
  title: 'owner_cnt, as merged in v5.19',
  source: 'v5.19 to v6.1: 1ea2a07a532b, 25f3bcfc54bc, 512881eacfa7, 70693f470848, 0286300e6045',
  bind: bindWith(hooks),
  unbind: unbindWith(hooks),
  claim,
  release: giveBack,
  atRest: (holders, cookie) => ({ owner: cookie, ownerCount: cookie === nobody ? holders : 1 }),
  properties: [ownerIsAlone, countIsHolders, nothingLeaks],
};
