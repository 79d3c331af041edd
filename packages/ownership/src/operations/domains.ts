import { domain, errno, stage } from '../codes.ts';
import { isCounted } from '../knobs.ts';
import {
  acquire,
  attachAll,
  type DevicePlace,
  end,
  type Label,
  type Operation,
  type Place,
  refuse,
  release,
  type Steps,
  step,
  warn,
} from '../operation.ts';
import type { DeviceView } from '../views.ts';
import { idleDomain } from './claim.ts';

const membersOf = ({ devices }: Place): readonly DeviceView[] => devices.filter(({ isMember }) => isMember);

/** Why a driver may not attach a domain of its own to its device; null when it may. */
const attachRefusal = (place: DevicePlace): 'EINVAL' | 'EBUSY' | null => {
  const { knobs, group, device } = place;
  if (knobs.attachGuard === 'singleton') {
    if (membersOf(place).length !== 1) return 'EINVAL';
  } else if (group.hasExplicitOwner || membersOf(place).some((other) => other !== device && other.usesDmaApi)) {
    return 'EBUSY';
  }
  return [group.defaultDomain, domain.blocking].includes(group.domain) ? null : 'EBUSY';
};

/** iommu_attach_device(), drivers/iommu/iommu.c; §2.7: a driver's own domain. It asks neither owner nor owner_cnt. */
export const attachOperation = (place: DevicePlace): Operation => {
  const { group } = place;
  return {
    entry: 'attach.lock',
    steps: {
      'attach.lock': acquire(place, group.mutex, 'attach.set'),
      'attach.set': step(() => {
        const reason = attachRefusal(place);
        if (reason !== null) return refuse(place, reason, 'attach.unlock');
        attachAll(place, domain.own);
        return 'attach.unlock';
      }),
      'attach.unlock': release(place, group.mutex, end),
    },
  };
};

/** iommu_detach_device(), same file; and then the driver frees its domain. */
export const detachOperation = (place: DevicePlace): Operation => {
  const { group, devices, voice } = place;
  return {
    entry: 'detach.lock',
    steps: {
      'detach.lock': acquire(place, group.mutex, 'detach.set'),
      'detach.set': step(() => {
        if (group.domain !== domain.own || (place.knobs.attachGuard === 'singleton' && membersOf(place).length !== 1)) {
          warn(place, 'iommu_detach_device: another domain, or more than one device');
        } else {
          attachAll(place, idleDomain(place));
        }
        return 'detach.unlock';
      }),
      'detach.unlock': release(place, group.mutex, 'detach.free'),
      'detach.free': step(() => {
        const isUsed =
          group.domain === domain.own || devices.some(({ isMember, hardware }) => isMember && hardware === domain.own);
        if (isUsed) voice.mark('I13');
        return end;
      }),
    },
  };
};

/** A kernel driver that uses the DMA API has the device: it claimed it, or works it without a claim. */
export const isInUse = ({ isMember, holds, stage: now, usesDmaApi }: DeviceView): boolean =>
  isMember && (holds || (now === stage.bound && usesDmaApi));

/** The group gets another default domain, and translates with it; I12 says when it must not. */
const replaceDefault = (place: Place): void => {
  const { group, devices, users, voice } = place;
  const isUsed = devices.some(isInUse) || users.some(({ owns }) => owns);
  if (isUsed || group.domain === domain.own) voice.mark('I12');
  group.defaultDomain = domain.identity;
  attachAll(place, domain.identity);
};

/** iommu_group_store_type(), drivers/iommu/iommu.c of v5.11 to v6.3: one device, and its device_lock; §2.8. */
const storeSingleton = (place: Place): Operation => {
  const { group, devices } = place;
  const at = (what: string, device: DeviceView): Label => `store-type.${what}-${device.id}`;
  const isOnly = (device: DeviceView): boolean => device.isMember && membersOf(place).length === 1;
  const underLock = (device: DeviceView): Steps => ({
    [at('device-lock', device)]: acquire(place, device.lock, () =>
      device.stage === stage.bound ? refuse(place, 'EBUSY', at('device-unlock', device)) : at('relock', device),
    ),
    [at('relock', device)]: acquire(place, group.mutex, () => {
      if (!isOnly(device)) return refuse(place, 'EINVAL', at('unlock', device));
      if (group.domain !== group.defaultDomain) return refuse(place, 'EBUSY', at('unlock', device));
      return at('switch', device);
    }),
    [at('switch', device)]: step(() => {
      replaceDefault(place);
      return at('unlock', device);
    }),
    [at('unlock', device)]: release(place, group.mutex, at('device-unlock', device)),
    [at('device-unlock', device)]: release(place, device.lock, end),
  });
  return {
    entry: 'store-type.lock',
    steps: {
      'store-type.lock': acquire(place, group.mutex, () =>
        membersOf(place).length === 1 ? 'store-type.unlock' : refuse(place, 'EINVAL', 'store-type.unlock'),
      ),
      'store-type.unlock': release(place, group.mutex, () => {
        const [only] = membersOf(place);
        return place.task.errno !== errno.OK || only === undefined ? end : at('device-lock', only);
      }),
      ...Object.assign({}, ...devices.map(underLock)),
    },
  };
};

/** iommu_group_store_type() of v6.4 and later: the group's mutex is enough, for any number of devices; §2.8. */
const storeUnowned = (place: Place): Operation => {
  const { knobs, group } = place;
  const isOwned = (): boolean =>
    membersOf(place).length === 0 || (isCounted(knobs) ? group.ownerCount > 0 : group.owner !== 0);
  return {
    entry: 'store-type.lock',
    steps: {
      'store-type.lock': acquire(place, group.mutex, () =>
        isOwned() ? refuse(place, 'EPERM', 'store-type.unlock') : 'store-type.switch',
      ),
      'store-type.switch': step(() => {
        replaceDefault(place);
        return 'store-type.unlock';
      }),
      'store-type.unlock': release(place, group.mutex, end),
    },
  };
};

/** A write to iommu_groups/N/type. */
export const storeTypeOperation = (place: Place): Operation =>
  place.knobs.typeGuard === 'unowned' ? storeUnowned(place) : storeSingleton(place);
