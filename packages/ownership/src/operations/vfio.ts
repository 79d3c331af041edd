import { domain } from '../codes.ts';
import {
  acquire,
  attachAll,
  type DevicePlace,
  end,
  type Label,
  type Operation,
  refuse,
  release,
  type Steps,
  step,
  type Then,
  type UserPlace,
} from '../operation.ts';
import { type DeviceView, isVfio, type UserView, usesDmaApi } from '../views.ts';
import { claimSteps, idleDomain, releaseSteps } from './claim.ts';

/** VFIO's group path: a container, its IOMMU, a device file, and the way back; §2.5. */

/** Does this scheme claim when a container is set, or does VFIO look over the drivers when a device is opened? */
const isClaimed = ({ knobs }: Pick<DevicePlace, 'knobs'>): boolean => knobs.userGuard !== 'viability';

/** The user as the container field writes it: its number plus one. */
const codeOf = ({ users }: DevicePlace, user: UserView): number => users.indexOf(user) + 1;

/** A driver that VFIO of v5.10 takes for harmless: none, a vfio driver, or pci-stub. */
const isHarmless = (driver: number): boolean => !usesDmaApi(driver) || isVfio(driver);

/** What the BUG is called. */
export const lateBind = 'vfio_iommu_group_notifier: a kernel driver was bound into a group that user space has';

/**
 * What vfio_iommu_group_notifier() does at BOUND_DRIVER, drivers/vfio/vfio.c up to v5.18: a kernel driver bound into
 * a group that user space has is a BUG. Returns whether the machine stopped there.
 */
export const boundNotifier = (place: DevicePlace): (() => boolean) => {
  const { knobs, group, device, voice } = place;
  if (knobs.conflictAtBind !== 'BUG') return () => false;
  return () => {
    if (group.container === 0 || !device.isMember || isHarmless(device.driver)) return false;
    group.bug = true;
    voice.mark('I14');
    voice.bug(lateBind);
    return true;
  };
};

/** A domain is freed while a device may still be translated with it (I13). */
const freeDomain = ({ devices, voice }: DevicePlace, code: number): void => {
  if (devices.some((device) => device.isMember && device.hardware === code)) voice.mark('I13');
};

/** iommu_detach_group(): the group is back on the domain that it has while nobody attached one; §2.7. */
const detachSteps = (place: UserPlace, then: Then): Steps => {
  const { knobs, group } = place;
  return {
    'container.detach-lock': acquire(place, group.mutex, 'container.detach'),
    'container.detach': step(() => {
      if (group.domain === domain.user) {
        const back = isClaimed(place) ? idleDomain(place) : group.defaultDomain;
        if (back === domain.detached && knobs.domainOnClaim === 'detached')
          group.domain = back; // F-4, as at the claim
        else attachAll(place, back);
        group.iommuSet = false;
      }
      return 'container.detach-unlock';
    }),
    'container.detach-unlock': release(place, group.mutex, then),
  };
};

/** The group leaves its container: the user's domain goes, and with a scheme that claims, the claim; §2.5. */
const leaveContainer = (place: UserPlace, then: Then): Steps => {
  const { group } = place;
  return {
    ...detachSteps(place, () => {
      freeDomain(place, domain.user);
      return isClaimed(place) ? 'release.lock' : 'container.clear';
    }),
    ...(isClaimed(place) && releaseSteps(place, 'release', 'container.clear')),
    'container.clear': step(() => {
      group.container = 0;
      if (!isClaimed(place)) for (const user of place.users) user.claims = 0;
      return typeof then === 'string' ? then : then();
    }),
  };
};

/** VFIO_GROUP_SET_CONTAINER. */
export const setContainer = (place: UserPlace): Operation => {
  const { group, user } = place;
  const set: Steps = {
    'container.set': step(() => {
      group.container = codeOf(place, user);
      if (!isClaimed(place)) user.claims = 1;
      return 'container.unlock';
    }),
  };
  const isTaken = (): boolean => group.container !== 0;
  if (!isClaimed(place)) {
    return {
      entry: 'container.lock',
      steps: {
        'container.lock': acquire(place, group.containerLock, () =>
          isTaken() ? refuse(place, 'EINVAL', 'container.unlock') : 'container.set',
        ),
        ...set,
        'container.unlock': release(place, group.containerLock, end),
      },
    };
  }
  return {
    entry: 'container.group-lock',
    steps: {
      'container.group-lock': acquire(place, group.vfioLock, 'container.lock'),
      'container.lock': acquire(place, group.containerLock, () =>
        isTaken() ? refuse(place, 'EINVAL', 'container.unlock') : 'claim.lock',
      ),
      ...claimSteps(place, 'claim', { granted: 'container.set', refused: 'container.unlock' }),
      ...set,
      'container.unlock': release(place, group.containerLock, 'container.group-unlock'),
      'container.group-unlock': release(place, group.vfioLock, end),
    },
  };
};

/** iommu_attach_group(): the user's domain is attached. Before v5.19 a foreign domain is the only thing in its way. */
const attachSteps = (place: UserPlace, then: Then): Steps => {
  const { group } = place;
  const idle = (): readonly number[] =>
    isClaimed(place) ? [group.defaultDomain, domain.blocking, domain.detached] : [group.defaultDomain];
  return {
    'iommu.group-lock': acquire(place, group.mutex, 'iommu.attach'),
    'iommu.attach': step(() => {
      if (!idle().includes(group.domain)) return refuse(place, 'EBUSY', 'iommu.group-unlock');
      attachAll(place, domain.user);
      group.iommuSet = true;
      return 'iommu.group-unlock';
    }),
    'iommu.group-unlock': release(place, group.mutex, then),
  };
};

/** The two by themselves, as a recording shows them whoever calls. */
export const attachGroup = (place: UserPlace): Operation => ({
  entry: 'iommu.group-lock',
  steps: attachSteps(place, end),
});
export const detachGroup = (place: UserPlace): Operation => ({
  entry: 'container.detach-lock',
  steps: detachSteps(place, end),
});

/** VFIO_SET_IOMMU. */
export const setIommu = (place: UserPlace): Operation => {
  const { group, user } = place;
  return {
    entry: 'iommu.lock',
    steps: {
      'iommu.lock': acquire(place, group.containerLock, () =>
        group.container === codeOf(place, user) ? 'iommu.group-lock' : refuse(place, 'EINVAL', 'iommu.unlock'),
      ),
      ...attachSteps(place, 'iommu.unlock'),
      'iommu.unlock': release(place, group.containerLock, end),
    },
  };
};

/** VFIO_GROUP_GET_DEVICE_FD. Without claims, vfio_group_viable() looks over every driver first, without its lock. */
export const openDevice = (place: UserPlace): Operation => {
  const { group, device, devices, user } = place;
  const hasContainer = (): boolean => group.container === codeOf(place, user) && group.iommuSet;
  const open = step(() => {
    if (!isVfio(device.shownDriver)) return refuse(place, 'ENODEV', 'open.unlock');
    device.isOpen = true;
    return 'open.unlock';
  });
  if (isClaimed(place)) {
    return {
      entry: 'open.lock',
      steps: {
        'open.lock': acquire(place, group.vfioLock, () =>
          hasContainer() ? 'open.device' : refuse(place, 'EINVAL', 'open.unlock'),
        ),
        'open.device': open,
        'open.unlock': release(place, group.vfioLock, end),
      },
    };
  }
  const look = (index: number): Label => (index === devices.length ? 'open.viable' : `open.look-${devices[index]?.id}`);
  return {
    entry: 'open.container',
    steps: {
      'open.container': step(() => (hasContainer() ? 'open.lock' : refuse(place, 'EINVAL', end))),
      'open.lock': acquire(place, group.mutex, look(0)),
      ...Object.fromEntries(
        devices.map((other: DeviceView, index) => [
          look(index),
          step(() =>
            !other.isMember || isHarmless(other.shownDriver)
              ? look(index + 1)
              : refuse(place, 'EINVAL', 'open.unviable'),
          ),
        ]),
      ),
      'open.viable': release(place, group.mutex, 'open.device'),
      'open.unviable': release(place, group.mutex, end),
      'open.device': step(() => {
        open.run(0);
        return end;
      }),
    },
  };
};

/** The user closes the device's file, if it has it open, and then the group's: the container goes. */
export const closeAll = (place: UserPlace): Operation => {
  const { group, device, user } = place;
  const locks = isClaimed(place);
  return {
    entry: 'close.device',
    steps: {
      'close.device': step(() => {
        device.isOpen = false;
        return locks ? 'close.group-lock' : 'close.lock';
      }),
      ...(locks && { 'close.group-lock': acquire(place, group.vfioLock, 'close.lock') }),
      'close.lock': acquire(place, group.containerLock, () =>
        group.container === codeOf(place, user) ? 'container.detach-lock' : 'close.unlock',
      ),
      ...leaveContainer(place, 'close.unlock'),
      'close.unlock': release(place, group.containerLock, locks ? 'close.group-unlock' : end),
      ...(locks && { 'close.group-unlock': release(place, group.vfioLock, end) }),
    },
  };
};

/**
 * The end of a vfio driver's remove(): it leaves VFIO's list of the group, and with the last one the container goes too
 * (v5.19 and later: vfio_device_remove_group()); before, remove() waits for that.
 */
export const removeVfioGroup = (
  place: DevicePlace,
  then: Label,
): { readonly entry: Label | null; readonly steps: Steps } => {
  const { group, device, devices, users } = place;
  const [first] = users;
  const hasVfio =
    !isClaimed(place) ||
    place.scenario.open !== undefined ||
    place.scenario.tasks.flat().some(({ kind }) => kind === 'set-container');
  if (!hasVfio || first === undefined) return { entry: null, steps: {} };
  const isLast = (): boolean =>
    !devices.some((other) => other !== device && isVfio(other.driver) && !other.hasLeftVfio);
  if (!isClaimed(place)) {
    return {
      entry: 'remove.leave',
      steps: {
        'remove.leave': step(() => {
          device.hasLeftVfio = true;
          return isLast() ? 'remove.wait' : then;
        }),
        'remove.wait': {
          awaits: { what: 'user space to close the group', isReady: () => group.container === 0, from: () => -1 },
          run: () => then,
        },
      },
    };
  }
  /** Whoever has the container when it comes to it. */
  const owner: UserPlace = {
    ...place,
    get user() {
      return users[group.container - 1] ?? first;
    },
  };
  return {
    entry: 'remove.group-lock',
    steps: {
      'remove.group-lock': acquire(place, group.vfioLock, () => {
        device.hasLeftVfio = true;
        return isLast() && group.container !== 0 ? 'remove.lock' : 'remove.group-unlock';
      }),
      'remove.lock': acquire(place, group.containerLock, 'container.detach-lock'),
      ...leaveContainer(owner, 'remove.unlock'),
      'remove.unlock': release(place, group.containerLock, 'remove.group-unlock'),
      'remove.group-unlock': release(place, group.vfioLock, then),
    },
  };
};

/** A scheme without claims: what stands for one is a container with an IOMMU, whoever else has the group. */
export const viabilityClaim = (place: UserPlace): Operation => {
  const { steps: container, entry } = setContainer(place);
  const { steps: iommu } = setIommu(place);
  return {
    entry,
    steps: {
      ...container,
      'container.unlock': release(place, place.group.containerLock, () =>
        place.task.errno === 0 ? 'iommu.lock' : end,
      ),
      ...iommu,
    },
  };
};

/** The way back from `viabilityClaim`. */
export const viabilityRelease = (place: UserPlace): Operation => closeAll(place);
