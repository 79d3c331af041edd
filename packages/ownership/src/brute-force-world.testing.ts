import type { Knobs } from './knobs.ts';
import { type DriverName, drivers, type Scenario } from './scenario.ts';

/**
 * domain/ownership.md §1 once more, in plain objects, for brute-force.testing.ts: the world that its tasks change, and
 * what the invariants of §4 say about it. Written from the specification; nothing here comes from the engine.
 */

export interface BruteDevice {
  driver: DriverName | null;
  /** It is in the group. */
  isMember: boolean;
  /** Hold(d): its driver's claim succeeded and was not given back. */
  holds: boolean;
  /** That claim was written down: use() "succeeds" without a trace where there is no group. */
  isRecorded: boolean;
  /** Its driver is in probe(), or bound. */
  atWork: boolean;
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
  readonly group: { owner: Owner; count: number; domain: 'default' | 'blocking' | 'detached' | 'own' };
  /** Lock → the task that holds it. */
  readonly locks: Record<string, number>;
  /** Invariants that the step just made has broken. */
  readonly broken: Set<string>;
}

export const groupLock = 'group';
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
export const someoneOwns = ({ users }: BruteWorld): boolean => Object.values(users).some(({ owns }) => owns);

export const holdNothing = (device: BruteDevice): void => {
  device.holds = false;
  device.isRecorded = false;
};

/** Robin Murphy's driver_or_DMA_API_token(). */
export const tokenOf = ({ driver }: BruteDevice): Owner => {
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

export const claimedDomain = ({ domainOnClaim }: Knobs): BruteWorld['group']['domain'] =>
  domainOnClaim === 'unchanged' ? 'default' : domainOnClaim;

/** The world before anybody moves: who is bound has claimed, and so has the owner. */
export const worldBefore = (knobs: Knobs, scenario: Scenario): BruteWorld => {
  const world: BruteWorld = {
    devices: {},
    users: {},
    group: { owner: null, count: 0, domain: scenario.domain ?? 'default' },
    locks: {},
    broken: new Set(),
  };
  for (const [name, driver] of Object.entries(scenario.devices)) {
    const usesDmaApi = driver !== null && !isManaged(driver);
    const holds = usesDmaApi && knobs.claimRecord !== 'none';
    world.devices[name] = {
      driver,
      isMember: scenario.outside?.[name] === undefined,
      holds,
      isRecorded: holds,
      atWork: driver !== null,
    };
    if (holds && counts(knobs)) world.group.count += 1;
    if (holds && !counts(knobs)) world.group.owner = 'DMA_API';
  }
  const { owner } = scenario;
  if (owner === null) return world;
  world.users[owner] = { owns: true, claims: 1 };
  world.group.owner = nameOf(world, knobs, owner, mouthOf(scenario, owner));
  world.group.count = counts(knobs) ? 1 : 0;
  world.group.domain = claimedDomain(knobs);
  return world;
};

/** Is the world at rest so far that an invariant may be asked? */
interface Moment {
  readonly isQuiet: boolean;
}
type Law = (world: BruteWorld, knobs: Knobs, moment: Moment) => boolean;

const membersOf = ({ devices }: BruteWorld): readonly BruteDevice[] =>
  Object.values(devices).filter(({ isMember }) => isMember);
const holders = (world: BruteWorld): number => membersOf(world).filter(({ holds }) => holds).length;
const isOpen = ({ locks }: BruteWorld): boolean => locks[groupLock] === undefined;

/** §4, for the states. I9 is about steps: see enterProbe(). */
const laws: Readonly<Record<string, Law>> = {
  I1: (world) =>
    !someoneOwns(world) ||
    membersOf(world).every(({ holds, atWork, driver }) => !holds && !(atWork && driver !== null && !isManaged(driver))),
  I2: (world, knobs) => {
    if (!counts(knobs) || !isOpen(world)) return true;
    const claims = Object.values(world.users).reduce((sum, user) => sum + user.claims, 0);
    return world.group.count === (world.group.owner === null ? holders(world) : claims);
  },
  I3: (world, knobs) => {
    if (knobs.claimRecord === 'none' || !isOpen(world)) return true;
    const { owner, count } = world.group;
    if (someoneOwns(world) && owner === null) return false;
    const isNeeded = someoneOwns(world) || membersOf(world).some(({ isRecorded }) => isRecorded);
    return !isNeeded || (counts(knobs) ? count > 0 : owner !== null);
  },
  I4: (world, _, { isQuiet }) => {
    const { owner, count, domain } = world.group;
    // A driver's own domain stays when the driver has no claim: that is not the protocol's to clean.
    const isClean = (owner === null && count === 0 && domain === 'default') || domain === 'own';
    return isClean || !isQuiet || holders(world) > 0 || someoneOwns(world);
  },
  I8: ({ users }) => Object.values(users).filter(({ owns }) => owns).length <= 1,
};

/** The invariants that do not hold now, and those that the step just made has broken. */
export const brokenIn = (world: BruteWorld, knobs: Knobs, moment: Moment): readonly string[] => [
  ...Object.keys(laws).filter((id) => laws[id]?.(world, knobs, moment) === false),
  ...world.broken,
];
