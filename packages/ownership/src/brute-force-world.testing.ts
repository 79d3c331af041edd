import type { Knobs } from './knobs.ts';
import { type DriverName, drivers, type Scenario, traitsOf } from './scenario.ts';

/**
 * domain/ownership.md §1 once more, in plain objects, for brute-force.testing.ts: the world that its tasks change.
 * Written from the specification; nothing here comes from the engine.
 */

/** `user` is a container's; `own` is what a driver attached for itself; `identity` what a write to `type` puts in the place of the default. */
export type BruteDomain = 'default' | 'blocking' | 'detached' | 'own' | 'identity' | 'user';

export interface BruteDevice {
  driver: DriverName | null;
  /** Nowhere; on its bus and in no group; or in the group. */
  presence: 'absent' | 'registered' | 'member';
  /** device_add() has come past ADD_DEVICE: the ready_to_probe bit. */
  isReady: boolean;
  /** Hold(d): its driver's claim succeeded and was not given back. */
  holds: boolean;
  /** That claim was written down: use() "succeeds" without a trace where there is no group. */
  isRecorded: boolean;
  /** V6a: the device's own note of a claim, whoever made it; until it is given back. */
  remembers: boolean;
  /** Its driver is in probe(), or bound. */
  atWork: boolean;
  /** device_is_bound(): on its driver's klist. */
  isBound: boolean;
  /** driver_override. */
  override: DriverName | null;
  deferred: 'none' | 'pending' | 'active';
  /** hwDomain: what the IOMMU really translates with. */
  hardware: BruteDomain;
  /** User space has its file open. */
  isOpen: boolean;
  /** Its vfio driver's remove() has taken it off VFIO's list of the group. */
  hasLeft: boolean;
}
export interface BruteUser {
  /** User(g): the claim succeeded and was not released. */
  owns: boolean;
  claims: number;
}
/** NULL, the token of the DMA API, a user's cookie or a driver. */
type Owner = null | 'DMA_API' | `cookie ${string}` | `driver ${string}`;

export interface BruteWorld {
  readonly devices: Record<string, BruteDevice>;
  readonly users: Record<string, BruteUser>;
  readonly group: { owner: Owner; count: number; domain: BruteDomain; defaultDomain: BruteDomain };
  /** Lock → the task that holds it. */
  readonly locks: Record<string, number>;
  /** Drivers whose memory is gone. */
  readonly freed: DriverName[];
  /** VfioGroup: whose container it has, with an IOMMU or without; and whether a BUG stopped the machine. */
  readonly vfio: { container: string | null; hasIommu: boolean; isStopped: boolean };
  /** Invariants that the step just made has broken. */
  readonly broken: Set<string>;
}

export const groupLock = 'group';
/** iommu_probe_device_lock. */
export const probeLock = 'probe';
export const vfioLock = 'vfio group';
export const containerLock = 'container';
export const lockOf = (device: string): string => `device ${device}`;

export const deviceIn = ({ devices }: BruteWorld, name: string): BruteDevice => {
  const device = devices[name];
  if (device === undefined) throw new RangeError(`Cannot find device ${name} in the brute-force world`);
  return device;
};
export const userIn = ({ users }: BruteWorld, name: string): BruteUser => {
  users[name] ??= { owns: false, claims: 0 };
  return users[name];
};

export const counts = ({ claimRecord }: Knobs): boolean =>
  claimRecord === 'count' || claimRecord === 'count per device';
export const isManaged = (driver: DriverName): boolean => drivers[driver].managed;
export const usesDmaApi = ({ driver }: BruteDevice): boolean => driver !== null && !isManaged(driver);
/** VFIO's ok(d) by the driver alone; a vfio driver is known by VFIO's list. */
export const isHarmless = ({ driver }: BruteDevice): boolean =>
  driver === null || isManaged(driver) || traitsOf(driver).vfio === true;
export const isMember = ({ presence }: BruteDevice): boolean => presence === 'member';
export const membersOf = ({ devices }: BruteWorld): readonly BruteDevice[] => Object.values(devices).filter(isMember);
export const someoneOwns = ({ users }: BruteWorld): boolean => Object.values(users).some(({ owns }) => owns);

export const holdNothing = (device: BruteDevice): void => {
  device.holds = false;
  device.isRecorded = false;
};

/** Robin Murphy's driver_or_DMA_API_token(). */
export const tokenOf = ({ driver }: Pick<BruteDevice, 'driver'>): Owner => {
  if (driver === null) return null;
  return isManaged(driver) ? `driver ${driver}` : 'DMA_API';
};

/** What names `user` as an owner, when it speaks through `device`. */
export const nameOf = (world: BruteWorld, { ownerId }: Knobs, user: string, device: string): Owner => {
  if (ownerId === 'cookie') return `cookie ${user}`;
  return ownerId === 'token' ? tokenOf(deviceIn(world, device)) : `driver ${deviceIn(world, device).driver}`;
};

/** Through which device the initial owner speaks. */
const mouthOf = ({ devices, tasks }: Scenario, user: string): string => {
  for (const call of tasks.flat()) if ('owner' in call && call.owner === user) return call.device;
  const managed = Object.entries(devices).find(([, driver]) => driver !== null && isManaged(driver));
  if (managed === undefined) throw new RangeError(`Cannot find the device of ${user}`);
  return managed[0];
};

/** What the group translates with while it is owned, its owner having attached nothing. */
const claimedDomain = ({ group }: BruteWorld, { domainOnClaim }: Knobs): BruteDomain =>
  domainOnClaim === 'unchanged' ? group.defaultDomain : domainOnClaim;

/** The owner is a user's, not the DMA API's. */
export const isOwned = ({ group: { owner } }: BruteWorld): boolean => owner !== null && owner !== 'DMA_API';

/** Every member is translated with `domain` from now on. */
export const attachAll = (world: BruteWorld, domain: BruteDomain): void => {
  world.group.domain = domain;
  for (const device of membersOf(world)) device.hardware = domain;
};

/** A claim's change of domain. That of v6 tells the hardware nothing: an IOMMU driver may have no detach_dev (F-4). */
export const attachClaimed = (world: BruteWorld, knobs: Knobs): void => {
  const domain = claimedDomain(world, knobs);
  if (domain === 'detached') world.group.domain = domain;
  else attachAll(world, domain);
};

/** The world before anybody moves: who is bound has claimed, and so has the owner. */
export const worldBefore = (knobs: Knobs, scenario: Scenario): BruteWorld => {
  const world: BruteWorld = {
    devices: {},
    users: {},
    group: {
      owner: null,
      count: 0,
      domain: scenario.domain ?? 'default',
      // Who has no domain at all has no default one yet (S-37).
      defaultDomain: scenario.domain === 'detached' ? 'detached' : 'default',
    },
    locks: {},
    freed: [],
    vfio: { container: null, hasIommu: false, isStopped: false },
    broken: new Set(),
  };
  for (const [name, driver] of Object.entries(scenario.devices)) {
    const holds = driver !== null && !isManaged(driver) && knobs.claimRecord !== 'none';
    world.devices[name] = {
      driver,
      presence: scenario.outside?.[name] ?? 'member',
      isReady: true,
      holds,
      isRecorded: holds,
      remembers: holds && knobs.claimRecord === 'count per device',
      atWork: driver !== null,
      isBound: driver !== null,
      override: null,
      deferred: 'none',
      hardware: world.group.domain,
      isOpen: scenario.open?.includes(name) === true,
      hasLeft: false,
    };
    if (holds && counts(knobs)) world.group.count += 1;
    if (holds && !counts(knobs)) world.group.owner = 'DMA_API';
  }
  const { owner } = scenario;
  if (owner === null) return world;
  world.users[owner] = { owns: true, claims: 1 };
  if (knobs.claimRecord !== 'none') world.group.owner = nameOf(world, knobs, owner, mouthOf(scenario, owner));
  world.group.count = counts(knobs) ? 1 : 0;
  if (knobs.userGuard === 'viability' || scenario.open !== undefined) {
    world.vfio.container = owner;
    world.vfio.hasIommu = true;
    attachAll(world, 'user');
  } else if (knobs.domainOnClaim !== 'unchanged') attachClaimed(world, knobs);
  return world;
};
