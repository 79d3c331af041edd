import {
  type BruteDevice,
  type BruteWorld,
  counts,
  deviceIn,
  groupLock,
  holdNothing,
  isManaged,
  isMember,
  isOwned,
  lockOf,
  probeLock,
  tokenOf,
} from './brute-force-world.testing.ts';
import type { Knobs } from './knobs.ts';
import type { Chance } from './scenario.ts';

/**
 * What the calls of domain/ownership.md §2 are made of, each a generator: where it yields, another CPU may run. What it
 * yields tells of the step that comes next; the code up to the next yield is that step.
 */

export type Luck = 'ok' | 'fail' | 'defer';
export interface Next {
  /** Where the task stands, with all that it remembers: two tasks at the same place go on alike. */
  readonly place: string;
  /** The lock that this step takes; taken by whoever lets the task go on. */
  readonly takes?: string;
  readonly lucks: readonly Luck[];
  /** The first step of a call: the task is not inside it yet. */
  readonly isFirst?: true;
  /** Until this is so, it waits. */
  readonly isReady?: () => boolean;
  /** A worker's: while it waits it has nothing to do, and nobody waits for it. */
  readonly isWorker?: true;
}
/** What the call returns. */
export type Call = Generator<Next, string, Luck>;
export type Part<Result> = Generator<Next, Result, Luck>;

/** The CPU that runs a task: what it sees, and by which rules it plays. */
export interface Cpu {
  readonly world: BruteWorld;
  readonly knobs: Knobs;
  /** CONFIG_DEBUG_TEST_DRIVER_REMOVE. */
  readonly testsRemove: boolean;
  /** A module goes: its flag is not read together with the pointer to it. */
  readonly unloads: boolean;
  /** Somebody comes for what is on the deferred lists. */
  readonly hasWorker: boolean;
  /** The scenario tells of VFIO's containers. */
  readonly hasVfio: boolean;
  /** Who owns the group at the start, or else the first who asks for it. */
  readonly user: string | null;
  readonly progress: Progress;
}

/** How far a task is, beside the place where it stands. */
export interface Progress {
  call: number;
  round: 'test' | 'real';
  readonly results: string[];
}

const sure: readonly Luck[] = ['ok'];
export const step = (place: string): Next => ({ place, lucks: sure });
export const taking = (takes: string, place: string): Next => ({ place, takes, lucks: sure });
/** A call begins with this lock; or with none. */
export const first = (takes?: string): Next => ({
  ...(takes === undefined ? step('begin') : taking(takes, 'begin')),
  isFirst: true,
});
export const working = (isReady: () => boolean): Next => ({ ...first(), isReady, isWorker: true });
export const waiting = (isReady: () => boolean, place: string): Next => ({ ...step(place), isReady });

const lucksOf: Readonly<Record<Chance, readonly Luck[]>> = {
  ok: sure,
  fails: ['fail'],
  'may fail': ['ok', 'fail'],
  defers: ['defer'],
  'may defer': ['ok', 'defer'],
};
export const trying = (place: string, chance: Chance): Next => ({ place, lucks: lucksOf[chance] });
export const letGo = ({ world }: Cpu, lock: string): void => {
  delete world.locks[lock];
};

/** I5 says nothing where claims are not counted. */
const breakBalance = ({ world, knobs }: Cpu): void => {
  if (counts(knobs)) world.broken.add('I5');
};

type Grant = 'OK' | 'EBUSY' | 'EPROBE_DEFER';
const answerToUse = ({ world: { group }, knobs }: Cpu): Grant => {
  // U2
  if (knobs.lateDefaultDomain === 'deferred' && group.defaultDomain === 'detached') return 'EPROBE_DEFER';
  const isFree = counts(knobs)
    ? group.count === 0 || (group.owner === null && group.domain === group.defaultDomain)
    : group.owner === null || group.owner === 'DMA_API';
  return isFree ? 'OK' : 'EBUSY';
};

/** use(). Where it is made for no driver at all (§2.2, v6.15), nobody will give it back. */
export function* useGroup(cpu: Cpu, device: BruteDevice, isForDriver = (): boolean => true): Part<Grant> {
  const { group } = cpu.world;
  if (!isMember(device)) {
    // U0: it "succeeds" where there is no group yet, and records nothing.
    device.holds = true;
    return 'OK';
  }
  yield taking(groupLock, 'use: take the mutex');
  yield step('use: check and record');
  const answer = answerToUse(cpu);
  if (answer === 'OK') {
    if (device.holds || !isForDriver()) breakBalance(cpu);
    if (isForDriver()) {
      device.holds = true;
      device.isRecorded = true;
    }
    device.remembers = cpu.knobs.claimRecord === 'count per device';
    if (counts(cpu.knobs)) group.count += 1;
    else group.owner = 'DMA_API';
  }
  yield step(`use: drop the mutex, ${answer}`);
  letGo(cpu, groupLock);
  return answer;
}

const isWorthAWalk = ({ world: { group }, knobs }: Cpu): boolean =>
  knobs.releaseRule === 'walk for the DMA API' ? group.owner === 'DMA_API' : group.owner !== null;

/** One sibling's token, read in one step, or pointer and flag apart where that shows (S-35). */
function* readToken(cpu: Cpu, sibling: string, giving: string): Part<ReturnType<typeof tokenOf>> {
  const { knobs, world } = cpu;
  const isLocked = knobs.walkReads === 'device_lock';
  if (isLocked) yield taking(lockOf(sibling), `walk: take ${sibling}, ${giving}`);
  yield step(`walk: read ${sibling}, ${giving}`);
  const { driver } = deviceIn(world, sibling);
  if (isLocked) letGo(cpu, lockOf(sibling));
  else if (cpu.unloads && driver !== null) {
    yield step(`walk: read the flag of ${driver} for ${sibling}, ${giving}`);
    if (world.freed.includes(driver)) world.broken.add('I13');
  }
  return tokenOf({ driver });
}

function* hasKeeper(cpu: Cpu, leaver: string, giving: string): Part<boolean> {
  for (const sibling of Object.keys(cpu.world.devices)) {
    if (sibling === leaver || !isMember(deviceIn(cpu.world, sibling))) continue;
    const token = yield* readToken(cpu, sibling, giving);
    if (token !== null && token === cpu.world.group.owner) return true;
  }
  return false;
}

function* walk(cpu: Cpu, leaver: string, giving: string): Part<void> {
  const { group } = cpu.world;
  if (!isWorthAWalk(cpu) || (yield* hasKeeper(cpu, leaver, giving))) return;
  yield step(`walk: drop the owner, ${giving}`);
  group.owner = null;
}

/** unuse() of a count: at 0 it warns, and changes nothing. */
function* countDown(cpu: Cpu, giving: string): Part<void> {
  const { group } = cpu.world;
  yield step(`unuse: decrement, ${giving}`);
  if (group.count === 0) breakBalance(cpu);
  else group.count -= 1;
}

/** The departing driver's claim is given back, by the scheme's rule; `giving` is what the call goes on to do. */
export function* giveBack(cpu: Cpu, leaver: string, giving: string): Part<void> {
  const device = deviceIn(cpu.world, leaver);
  if (!isMember(device)) {
    // U0 again.
    device.holds = false;
    return;
  }
  yield taking(groupLock, `give back: take the mutex, ${giving}`);
  yield* counts(cpu.knobs) ? countDown(cpu, giving) : walk(cpu, leaver, giving);
  holdNothing(device);
  device.remembers = false;
  yield step(`give back: drop the mutex, ${giving}`);
  letGo(cpu, groupLock);
}

export type Site = 'before the clear' | 'after the clear' | 'nowhere';

/** Does the scheme give anything back when this driver leaves? */
export const owesAnything = ({ knobs }: Cpu, { driver, remembers }: BruteDevice, site: Site): boolean => {
  if (site === 'nowhere') return false;
  switch (knobs.claimRecord) {
    case 'none':
      return false;
    case 'count':
      // After the clear nobody can ask the driver for its flag (§3, V6a), so that the count goes down for all.
      return site === 'after the clear' || (driver !== null && !isManaged(driver));
    case 'count per device':
      return remembers;
    case 'token':
      return true;
  }
};

export const siteOf = (knob: Knobs['releaseOnUnbind' | 'releaseOnLateFailure' | 'releaseOnEarlyFailure']): Site => {
  switch (knob) {
    case 'dma_cleanup':
    case 'DRIVER_NOT_BOUND':
      return 'before the clear';
    case 'after clear':
    case 'UNBOUND_DRIVER':
      return 'after the clear';
    case 'none':
    case 'undo':
      return 'nowhere';
  }
};

/** dev->driver = NULL, with the claim given back before or after. */
export function* clear(cpu: Cpu, name: string, site: Site, result: string): Part<void> {
  const device = deviceIn(cpu.world, name);
  const owes = owesAnything(cpu, device, site);
  const giving = `${result}, ${site}`;
  if (owes && site === 'before the clear') yield* giveBack(cpu, name, giving);
  yield step(`clear, ${giving}`);
  device.driver = null;
  device.hasLeft = false;
  // The walk cannot see this device any more; a count stays until it is taken down.
  if (!counts(cpu.knobs)) holdNothing(device);
  if (owes && site === 'after the clear') yield* giveBack(cpu, name, giving);
}

/** What nobody took down by now has leaked: the driver is gone, and holds it no more. */
export const settle = (cpu: Cpu, device: BruteDevice): void => {
  if (device.driver !== null) return;
  device.isBound = false;
  if (device.holds) breakBalance(cpu);
  holdNothing(device);
};

const domainOfNewcomer = ({ world, knobs }: Cpu): BruteDevice['hardware'] => {
  const { domain, defaultDomain } = world.group;
  if (knobs.hotplugDomain === 'group') return domain === 'detached' ? defaultDomain : domain;
  return knobs.hotplugDomain === 'group, then default unless owned' && isOwned(world) ? domain : defaultDomain;
};

/** iommu_probe_device(), §2.9. What it does under the mutex is one step: nobody else looks there meanwhile. */
export function* join(cpu: Cpu, device: BruteDevice): Part<void> {
  yield taking(probeLock, 'join: take the probe lock');
  yield taking(groupLock, 'join: take the mutex');
  yield step('join: add and attach');
  if (device.presence === 'registered') {
    device.presence = 'member';
    device.hardware = domainOfNewcomer(cpu);
  }
  yield step('join: drop the mutex');
  letGo(cpu, groupLock);
  yield step('join: drop the probe lock');
  letGo(cpu, probeLock);
}
