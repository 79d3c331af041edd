import { type Call, type Cpu, first, letGo, type Part, step, taking, useGroup } from './brute-force-steps.testing.ts';
import {
  attachAll,
  attachClaimed,
  type BruteDevice,
  counts,
  deviceIn,
  groupLock,
  isManaged,
  isMember,
  isOwned,
  lockOf,
  membersOf,
  someoneOwns,
  usesDmaApi,
} from './brute-force-world.testing.ts';
import type { ConfigureCall, DomainCall, OverrideCall, UnloadCall } from './scenario.ts';

/** domain/ownership.md §2.7, §2.8, §2.10 and what else is neither a bind nor a claim. */

const attachRefusal = ({ world, knobs }: Cpu, device: BruteDevice): string | null => {
  const { domain, defaultDomain } = world.group;
  if (knobs.attachGuard === 'singleton' && membersOf(world).length !== 1) return 'EINVAL';
  const isUsed = isOwned(world) || membersOf(world).some((other) => other !== device && usesDmaApi(other));
  if (knobs.attachGuard === 'unowned' && isUsed) return 'EBUSY';
  return domain === defaultDomain || domain === 'blocking' ? null : 'EBUSY';
};

/** §2.7 leaves open how fine it is; as everywhere, what is done under the mutex is one step. */
export function* attach(cpu: Cpu, { device }: DomainCall): Call {
  yield first(groupLock);
  yield step('attach');
  const refusal = attachRefusal(cpu, deviceIn(cpu.world, device));
  if (refusal === null) attachAll(cpu.world, 'own');
  yield step(`attach: drop, ${refusal ?? 'OK'}`);
  letGo(cpu, groupLock);
  return refusal ?? 'OK';
}

/** iommu_detach_device() returns nothing; and then the driver frees its domain. */
export function* detach(cpu: Cpu, _: DomainCall): Call {
  const { world, knobs } = cpu;
  yield first(groupLock);
  yield step('detach');
  const isForeign = knobs.attachGuard === 'singleton' && membersOf(world).length !== 1;
  if (world.group.domain === 'own' && !isForeign) {
    if (isOwned(world)) attachClaimed(world, knobs);
    else attachAll(world, world.group.defaultDomain);
  }
  yield step('detach: drop');
  letGo(cpu, groupLock);
  yield step('free the domain');
  const isAttached = membersOf(world).some(({ hardware }) => hardware === 'own');
  if (world.group.domain === 'own' || isAttached) world.broken.add('I13');
  return 'OK';
}

/** A kernel driver holds the group, or works there without a claim. */
const isInUse = (device: BruteDevice): boolean =>
  isMember(device) && (device.holds || (device.isBound && usesDmaApi(device)));
const hasKernelUser = ({ world }: Cpu): boolean => Object.values(world.devices).some(isInUse);

const replaceDefault = (cpu: Cpu): void => {
  const { world } = cpu;
  if (hasKernelUser(cpu) || someoneOwns(world) || world.group.domain === 'own') world.broken.add('I12');
  world.group.defaultDomain = 'identity';
  attachAll(world, 'identity');
};

/** From its device_lock on; §2.8 has each test in one line with the lock that it needs. */
function* storeUnderLock(cpu: Cpu, name: string): Call {
  const { world } = cpu;
  const leave = function* (result: string): Call {
    yield step(`type: drop the device_lock, ${result}`);
    letGo(cpu, lockOf(name));
    return result;
  };
  yield taking(lockOf(name), `type: take the device_lock of ${name}`);
  if (deviceIn(world, name).isBound) return yield* leave('EBUSY');
  yield taking(groupLock, 'type: take the mutex again');
  let result = 'OK';
  if (membersOf(world).length !== 1 || !isMember(deviceIn(world, name))) result = 'EINVAL';
  else if (world.group.domain !== world.group.defaultDomain) result = 'EBUSY';
  else {
    yield step('type: switch');
    replaceDefault(cpu);
  }
  yield step(`type: drop the mutex again, ${result}`);
  letGo(cpu, groupLock);
  return yield* leave(result);
}

const onlyMember = ({ world }: Cpu): string | null => {
  const members = Object.keys(world.devices).filter((name) => isMember(deviceIn(world, name)));
  return members.length === 1 ? (members[0] ?? null) : null;
};

function* storeSingleton(cpu: Cpu): Call {
  yield first(groupLock);
  const refused = onlyMember(cpu) === null;
  yield step(`type: drop the mutex, ${refused}`);
  // The kernel has the device from before; nobody can come or go between the two.
  const name = onlyMember(cpu);
  letGo(cpu, groupLock);
  return refused || name === null ? 'EINVAL' : yield* storeUnderLock(cpu, name);
}

function* storeUnowned(cpu: Cpu): Call {
  const { world, knobs } = cpu;
  yield first(groupLock);
  const isUsed = counts(knobs) ? world.group.count > 0 : world.group.owner !== null;
  const isRefused = isUsed || membersOf(world).length === 0;
  if (!isRefused) {
    yield step('type: switch');
    replaceDefault(cpu);
  }
  yield step(`type: drop the mutex, ${isRefused}`);
  letGo(cpu, groupLock);
  return isRefused ? 'EPERM' : 'OK';
}

/** §2.8: a write to iommu_groups/N/type, for a type that is not DMA-FQ. */
export const storeType = (cpu: Cpu): Call =>
  cpu.knobs.typeGuard === 'unowned' ? storeUnowned(cpu) : storeSingleton(cpu);

/** Any successful bind lets the deferred probes run again (§1.2). */
export const runDeferred = ({ world }: Cpu): void => {
  for (const device of Object.values(world.devices)) if (device.deferred === 'pending') device.deferred = 'active';
};

/** S-37: the IOMMU driver is probed late; it brings the default domain, and is bound. */
export function* setDefault(cpu: Cpu): Call {
  const { world } = cpu;
  yield first(groupLock);
  yield step('default: set');
  if (hasKernelUser(cpu)) world.broken.add('I12');
  world.group.defaultDomain = 'default';
  attachAll(world, 'default');
  yield step('default: drop');
  letGo(cpu, groupLock);
  yield step('default: bound');
  runDeferred(cpu);
  return 'OK';
}

/** §2.10 */
export function* override({ world }: Cpu, { device, driver }: OverrideCall): Call {
  yield first();
  deviceIn(world, device).override = driver;
  return 'OK';
}

/** driver_unregister() and the free, in one: no device of a scenario is bound to the driver then (S-35). */
export function* unload({ world }: Cpu, { driver }: UnloadCall): Call {
  yield first();
  world.freed.push(driver);
  return 'OK';
}

/** Is the driver that was read to be claimed for? The read of its flag comes first where there are two (F-13). */
function* asksForClaim({ world, knobs }: Cpu, device: BruteDevice): Part<boolean> {
  yield first();
  if (knobs.iommuConfigures === 'never') return false;
  if (knobs.iommuConfigures === 'reads driver once') return usesDmaApi(device);
  const seen = device.driver;
  yield step(`configure: test, flag of ${seen} read`);
  if (device.driver === null) return false;
  if (seen === null) world.broken.add('I13');
  return seen === null || !isManaged(seen);
}

/** §2.2, v6.15: dma_configure() called by the IOMMU core, without the device_lock. */
export function* configure(cpu: Cpu, { device: name }: ConfigureCall): Call {
  const device = deviceIn(cpu.world, name);
  const mayClaim = cpu.knobs.claimSite === 'dma_configure first' || cpu.knobs.claimSite === 'dma_configure last';
  if (!(yield* asksForClaim(cpu, device)) || !mayClaim) return 'OK';
  return yield* useGroup(cpu, device, () => usesDmaApi(device));
}
