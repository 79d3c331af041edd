import { claimGroup, releaseGroup } from './brute-force-claims.testing.ts';
import {
  type Call,
  type Cpu,
  first,
  letGo,
  type Next,
  type Part,
  step,
  taking,
  waiting,
} from './brute-force-steps.testing.ts';
import {
  attachAll,
  attachClaimed,
  type BruteDevice,
  containerLock,
  deviceIn,
  groupLock,
  isHarmless,
  isMember,
  isOwned,
  membersOf,
  vfioLock,
} from './brute-force-world.testing.ts';
import { traitsOf, type UserCall } from './scenario.ts';

/**
 * domain/ownership.md §2.5: VFIO's group path. How fine it is the specification leaves open in places: a test of VFIO's
 * own fields goes with the lock that they need, as in operations/vfio.ts.
 */

/** Does the scheme claim when a container is set? Before it, VFIO looks over the drivers when a device is opened. */
const claims = ({ knobs }: Cpu): boolean => knobs.userGuard !== 'viability';

function* dropping(cpu: Cpu, lock: string, result: string): Part<void> {
  yield step(`drop ${lock}, ${result}`);
  letGo(cpu, lock);
}

const own = ({ world }: Cpu, user: string): void => {
  world.users[user] = { owns: true, claims: 1 };
};

/** Under the container's lock. */
function* enterContainer(cpu: Cpu, call: UserCall): Call {
  if (cpu.world.vfio.container !== null) return 'EINVAL';
  if (claims(cpu)) {
    const answer = yield* claimGroup(cpu, call, taking(groupLock, 'claim: take the mutex'));
    if (answer !== 'OK') return answer;
  }
  yield step('set the container');
  cpu.world.vfio.container = call.owner;
  if (!claims(cpu)) own(cpu, call.owner);
  return 'OK';
}

export function* setContainer(cpu: Cpu, call: UserCall): Call {
  if (claims(cpu)) {
    yield first(vfioLock);
    yield taking(containerLock, 'take the container');
  } else yield first(containerLock);
  const result = yield* enterContainer(cpu, call);
  yield* dropping(cpu, containerLock, result);
  if (claims(cpu)) yield* dropping(cpu, vfioLock, result);
  return result;
}

/** SET_IOMMU; `begin` takes the container's lock. */
export function* setIommu(cpu: Cpu, { owner }: UserCall, begin: Next): Call {
  const { world } = cpu;
  const { group } = world;
  yield begin;
  let result = 'EINVAL';
  if (world.vfio.container === owner) {
    yield taking(groupLock, 'iommu: take the mutex');
    yield step('iommu: attach');
    const isIdle = claims(cpu) && (group.domain === 'blocking' || group.domain === 'detached');
    result = isIdle || group.domain === group.defaultDomain ? 'OK' : 'EBUSY';
    if (result === 'OK') {
      attachAll(world, 'user');
      world.vfio.hasIommu = true;
    }
    yield* dropping(cpu, groupLock, result);
  }
  yield* dropping(cpu, containerLock, result);
  return result;
}

/** viable(): each driver is read by itself, without its lock. */
function* isViable(cpu: Cpu): Part<boolean> {
  yield taking(groupLock, 'viable: take the mutex');
  let isGood = true;
  for (const [name, device] of Object.entries(cpu.world.devices)) {
    yield step(`viable: look at ${name}`);
    isGood = !isMember(device) || isHarmless(device);
    if (!isGood) break;
  }
  yield* dropping(cpu, groupLock, `${isGood}`);
  return isGood;
}

const isVfio = ({ driver }: BruteDevice): boolean => driver !== null && traitsOf(driver).vfio === true;
function* open(cpu: Cpu, { device: name }: UserCall): Call {
  const device = deviceIn(cpu.world, name);
  yield step('open');
  if (!isVfio(device)) return 'ENODEV';
  device.isOpen = true;
  return 'OK';
}

export function* openDevice(cpu: Cpu, call: UserCall): Call {
  const { vfio } = cpu.world;
  const hasIommu = (): boolean => vfio.container === call.owner && vfio.hasIommu;
  if (claims(cpu)) {
    yield first(vfioLock);
    const result = hasIommu() ? yield* open(cpu, call) : 'EINVAL';
    yield* dropping(cpu, vfioLock, result);
    return result;
  }
  yield first();
  if (!hasIommu() || !(yield* isViable(cpu))) return 'EINVAL';
  return yield* open(cpu, call);
}

/** Under the container's lock: the user's domain is detached and freed, and the claim given back. */
function* leaveContainer(cpu: Cpu, owner: string): Part<void> {
  const { world, knobs } = cpu;
  const { group, vfio } = world;
  yield taking(groupLock, 'leave: take the mutex');
  yield step('leave: detach');
  if (group.domain === 'user') {
    if (claims(cpu) && isOwned(world)) attachClaimed(world, knobs);
    else attachAll(world, group.defaultDomain);
    vfio.hasIommu = false;
  }
  yield* dropping(cpu, groupLock, 'leaving');
  if (membersOf(world).some(({ hardware }) => hardware === 'user')) world.broken.add('I13');
  if (claims(cpu))
    yield* releaseGroup(cpu, { kind: 'release', owner }, taking(groupLock, 'leave: take the mutex to release'));
  yield step('leave: clear');
  vfio.container = null;
  if (!claims(cpu)) for (const user of Object.keys(world.users)) world.users[user] = { owns: false, claims: 0 };
}

/** The device's file, and then the group's. */
export function* close(cpu: Cpu, { owner, device }: UserCall): Call {
  yield first();
  deviceIn(cpu.world, device).isOpen = false;
  if (claims(cpu)) yield taking(vfioLock, 'close: take the group');
  yield taking(containerLock, 'close: take the container');
  if (cpu.world.vfio.container === owner) yield* leaveContainer(cpu, owner);
  yield* dropping(cpu, containerLock, 'closed');
  if (claims(cpu)) yield* dropping(cpu, vfioLock, 'closed');
  return 'OK';
}

/** A claim by itself: without claims a container with an IOMMU stands for one. */
export function* claim(cpu: Cpu, call: UserCall): Call {
  if (claims(cpu)) return yield* claimGroup(cpu, call, first(groupLock));
  const result = yield* setContainer(cpu, call);
  return result === 'OK' ? yield* setIommu(cpu, call, taking(containerLock, 'take the container again')) : result;
}
export function* release(cpu: Cpu, call: UserCall): Call {
  return claims(cpu) ? yield* releaseGroup(cpu, call, first(groupLock)) : yield* close(cpu, call);
}

const isLast = ({ world }: Cpu, device: BruteDevice): boolean =>
  !Object.values(world.devices).some((other) => other !== device && isVfio(other) && !other.hasLeft);

/** What vfio_unregister_group_dev() does after the device's last file is closed. */
function* leaveVfio(cpu: Cpu, device: BruteDevice, user: string): Part<void> {
  const { vfio } = cpu.world;
  if (!claims(cpu)) {
    yield step('remove: off the list');
    device.hasLeft = true;
    if (isLast(cpu, device)) yield waiting(() => vfio.container === null, 'remove: wait for the group to be closed');
  } else {
    yield taking(vfioLock, 'remove: take the group');
    device.hasLeft = true;
    if (isLast(cpu, device) && vfio.container !== null) {
      yield taking(containerLock, 'remove: take the container');
      yield* leaveContainer(cpu, user);
      yield* dropping(cpu, containerLock, 'removing');
    }
    yield* dropping(cpu, vfioLock, 'removing');
  }
  yield step('removed');
}

/** R5: remove(); a vfio driver's waits until user space has closed the device. */
export function* removeVfio(cpu: Cpu, name: string): Part<void> {
  const device = deviceIn(cpu.world, name);
  yield waiting(() => !device.isOpen || !isVfio(device), 'remove');
  if (isVfio(device) && cpu.user !== null && (cpu.hasVfio || !claims(cpu))) yield* leaveVfio(cpu, device, cpu.user);
}
