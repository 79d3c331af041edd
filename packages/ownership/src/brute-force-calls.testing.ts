import {
  type BruteDevice,
  type BruteWorld,
  claimedDomain,
  counts,
  deviceIn,
  groupLock,
  isManaged,
  lockOf,
  nameOf,
  someoneOwns,
  userIn,
} from './brute-force-world.testing.ts';
import type { Knobs } from './knobs.ts';
import type { BindCall, Chance, ScriptedCall, UnbindCall, UserCall } from './scenario.ts';

/**
 * domain/ownership.md §2, each call a generator: where it yields, another CPU may run. What it yields tells of the step
 * that comes next; the code up to the next yield is that step.
 */

export type Luck = 'ok' | 'fail';
export interface Next {
  /** Where the task stands, with all that it remembers: two tasks at the same place go on alike. */
  readonly place: string;
  /** The lock that this step takes; taken by whoever lets the task go on. */
  readonly takes?: string;
  readonly lucks: readonly Luck[];
  /** The first step of a call: the task is not inside it yet. */
  readonly isFirst?: true;
}
/** What the call returns. */
type Call = Generator<Next, string, Luck>;
type Part<Result> = Generator<Next, Result, Luck>;

/** The CPU that runs a task: what it sees, and by which rules it plays. */
export interface Cpu {
  readonly world: BruteWorld;
  readonly knobs: Knobs;
}

const sure: readonly Luck[] = ['ok'];
const step = (place: string): Next => ({ place, lucks: sure });
const taking = (takes: string, place: string): Next => ({ place, takes, lucks: sure });
const first = (takes: string): Next => ({ ...taking(takes, 'begin'), isFirst: true });
const trying = (place: string, chance: Chance): Next => {
  if (chance === 'ok') return step(place);
  if (chance === 'fails') return { place, lucks: ['fail'] };
  if (chance === 'may fail') return { place, lucks: ['ok', 'fail'] };
  throw new RangeError(`Cannot try what ${chance} by brute force`);
};
const letGo = ({ world }: Cpu, lock: string): void => {
  delete world.locks[lock];
};

/** The conflict of I9 is one in truth, whatever use() answered. */
const enterProbe = ({ world }: Cpu, device: BruteDevice): void => {
  device.atWork = true;
  if (device.driver !== null && !isManaged(device.driver) && someoneOwns(world)) world.broken.add('I9');
};

/** use(): true when it was granted. */
function* useGroup(cpu: Cpu, device: BruteDevice): Part<boolean> {
  const { group } = cpu.world;
  yield taking(groupLock, 'use: take the mutex');
  yield step('use: check and record');
  const isFree = counts(cpu.knobs)
    ? group.count === 0 || (group.owner === null && group.domain === 'default')
    : group.owner === null || group.owner === 'DMA_API';
  if (isFree) {
    device.holds = true;
    if (counts(cpu.knobs)) group.count += 1;
    else group.owner = 'DMA_API';
  }
  yield step(`use: drop the mutex, ${isFree ? 'granted' : 'refused'}`);
  letGo(cpu, groupLock);
  return isFree;
}

/** What a sibling is to the walk. */
const tokenOf = ({ driver }: BruteDevice): BruteWorld['group']['owner'] => {
  if (driver === null) return null;
  return isManaged(driver) ? `driver ${driver}` : 'DMA_API';
};

const isWorthAWalk = ({ world: { group }, knobs }: Cpu): boolean =>
  knobs.releaseRule === 'walk for the DMA API' ? group.owner === 'DMA_API' : group.owner !== null;

function* hasKeeper(cpu: Cpu, leaver: string, giving: string): Part<boolean> {
  for (const sibling of Object.keys(cpu.world.devices)) {
    if (sibling === leaver) continue;
    const isLocked = cpu.knobs.walkReads === 'device_lock';
    if (isLocked) yield taking(lockOf(sibling), `walk: take ${sibling}, ${giving}`);
    yield step(`walk: read ${sibling}, ${giving}`);
    const token = tokenOf(deviceIn(cpu.world, sibling));
    if (isLocked) letGo(cpu, lockOf(sibling));
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

function* countDown({ world: { group } }: Cpu, giving: string): Part<void> {
  yield step(`unuse: decrement, ${giving}`);
  group.count = Math.max(0, group.count - 1);
}

/** The departing driver's claim is given back, by the scheme's rule; `giving` is what the call goes on to do. */
function* giveBack(cpu: Cpu, leaver: string, giving: string): Part<void> {
  yield taking(groupLock, `give back: take the mutex, ${giving}`);
  yield* counts(cpu.knobs) ? countDown(cpu, giving) : walk(cpu, leaver, giving);
  deviceIn(cpu.world, leaver).holds = false;
  yield step(`give back: drop the mutex, ${giving}`);
  letGo(cpu, groupLock);
}

type Site = 'before the clear' | 'after the clear' | 'nowhere';

/** Does the scheme give anything back when this driver leaves? */
const owesAnything = ({ knobs }: Cpu, { driver, holds }: BruteDevice, site: Site): boolean => {
  if (site === 'nowhere') return false;
  switch (knobs.claimRecord) {
    case 'none':
      return false;
    case 'count':
      // After the clear nobody can ask the driver for its flag (§3, V6a), so that the count goes down for all.
      return site === 'after the clear' || (driver !== null && !isManaged(driver));
    case 'count per device':
      return holds;
    case 'token':
      return true;
  }
};

const siteOf = (knob: Knobs['releaseOnUnbind' | 'releaseOnLateFailure' | 'releaseOnEarlyFailure']): Site => {
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

/** dev->driver = NULL, with the claim given back before or after; then the device_lock is dropped. */
function* depart(cpu: Cpu, name: string, site: Site, result: string): Call {
  const device = deviceIn(cpu.world, name);
  const owes = owesAnything(cpu, device, site);
  const giving = `${result}, ${site}`;
  if (owes && site === 'before the clear') yield* giveBack(cpu, name, giving);
  yield step(`clear, ${giving}`);
  device.driver = null;
  // The walk cannot see this device any more; a count stays until it is taken down.
  if (!counts(cpu.knobs)) device.holds = false;
  if (owes && site === 'after the clear') yield* giveBack(cpu, name, giving);
  yield step(`unlock, ${result}`);
  letGo(cpu, lockOf(name));
  // What nobody took down by now has leaked: the driver is gone, and holds it no more.
  device.holds = false;
  return result;
}

function* unlock(cpu: Cpu, name: string, result: string): Call {
  yield step(`unlock, ${result}`);
  letGo(cpu, lockOf(name));
  return result;
}

function* bind(cpu: Cpu, { device: name, drivers, pinctrl, probe }: BindCall): Call {
  const { knobs, world } = cpu;
  const device = deviceIn(world, name);
  const [driver] = drivers;
  if (driver === undefined) throw new RangeError(`Cannot bind ${name} to no driver`);
  yield first(lockOf(name));
  yield step('find');
  if (device.driver !== null) return yield* unlock(cpu, name, 'EBUSY');
  yield step('set');
  device.driver = driver;
  if ((yield trying('pinctrl', pinctrl)) === 'fail')
    return yield* depart(cpu, name, siteOf(knobs.releaseOnEarlyFailure), 'EINVAL');
  const claimsAt = isManaged(driver) ? 'none' : knobs.claimSite;
  const isAsked = claimsAt !== 'none' && claimsAt !== 'BOUND_DRIVER';
  const isRefused = isAsked && !(yield* useGroup(cpu, device));
  if (isRefused && knobs.conflictAtBind === 'refused')
    return yield* depart(cpu, name, siteOf(knobs.releaseOnEarlyFailure), 'EBUSY');
  enterProbe(cpu, device);
  const luck = yield trying('probe', probe);
  if (luck === 'fail') {
    device.atWork = false;
    return yield* depart(cpu, name, siteOf(knobs.releaseOnLateFailure), 'ENODEV');
  }
  if (claimsAt === 'BOUND_DRIVER') yield* useGroup(cpu, device);
  yield step('bound');
  return yield* unlock(cpu, name, 'OK');
}

function* unbind(cpu: Cpu, { device: name }: UnbindCall): Call {
  const device = deviceIn(cpu.world, name);
  yield first(lockOf(name));
  yield step('find');
  if (device.driver === null) return yield* unlock(cpu, name, 'OK');
  device.atWork = false;
  yield step('remove');
  return yield* depart(cpu, name, siteOf(cpu.knobs.releaseOnUnbind), 'OK');
}

type Answer = 'EPERM' | 'EBUSY' | 'again' | 'new';
const answerTo = (cpu: Cpu, { kind, owner, device }: UserCall): Answer => {
  const { world, knobs } = cpu;
  const isMine = world.group.owner === nameOf(world, knobs, owner, device);
  if (isMine && (knobs.userReentry === 'counted' || knobs.userReentry === 'idempotent')) return 'again';
  if (isMine && knobs.userReentry === 'per device' && kind === 'claim-device') return 'again';
  if (knobs.userGuard === 'owner_cnt' && world.group.count > 0) return 'EPERM';
  if (knobs.userGuard === 'owner' && world.group.owner !== null) return 'EBUSY';
  return world.group.domain === 'blocking' ? 'EBUSY' : 'new';
};

const claimAgain = ({ world, knobs }: Cpu, owner: string): void => {
  const user = userIn(world, owner);
  const isCounted = knobs.userReentry !== 'idempotent';
  user.owns = true;
  user.claims = isCounted ? user.claims + 1 : 1;
  if (isCounted) world.group.count += 1;
};

function* claim(cpu: Cpu, call: UserCall): Call {
  const { world, knobs } = cpu;
  const { group } = world;
  yield first(groupLock);
  yield step('check');
  const answer = answerTo(cpu, call);
  if (answer === 'again') claimAgain(cpu, call.owner);
  if (answer === 'new') {
    if (knobs.domainOnClaim !== 'unchanged') {
      yield step('attach');
      group.domain = claimedDomain(knobs);
    }
    yield step('own');
    group.owner = nameOf(world, knobs, call.owner, call.device);
    if (counts(knobs)) group.count = 1;
    world.users[call.owner] = { owns: true, claims: 1 };
  }
  const result = answer === 'again' || answer === 'new' ? 'OK' : answer;
  yield step(`drop, ${result}`);
  letGo(cpu, groupLock);
  return result;
}

/** Does one release of several leave the group owned? A release of the whole group does so in series-v6 only. */
const isNested = ({ world: { group }, knobs }: Cpu, { kind }: UserCall): boolean => {
  if (group.count < 2) return false;
  return knobs.userReentry === 'counted' || (knobs.userReentry === 'per device' && kind === 'release-device');
};

function* release(cpu: Cpu, call: UserCall): Call {
  const { group } = cpu.world;
  const user = userIn(cpu.world, call.owner);
  yield first(groupLock);
  yield step('disown');
  if (isNested(cpu, call)) {
    group.count -= 1;
    user.claims -= 1;
  } else {
    group.owner = null;
    group.count = 0;
    user.owns = false;
    user.claims = 0;
    yield step('restore');
    group.domain = 'default';
  }
  yield step('drop');
  letGo(cpu, groupLock);
  return 'OK';
}

const call = (cpu: Cpu, scripted: ScriptedCall): Call => {
  switch (scripted.kind) {
    case 'bind':
      return bind(cpu, scripted);
    case 'unbind':
      return unbind(cpu, scripted);
    case 'claim':
    case 'claim-device':
      return claim(cpu, scripted);
    case 'release':
    case 'release-device':
      return release(cpu, scripted);
    default:
      throw new RangeError(`Cannot play ${scripted.kind} by brute force`);
  }
};

/** Who asks to release what it does not have is passed over. */
const isIdle = ({ world }: Cpu, scripted: ScriptedCall): boolean =>
  (scripted.kind === 'release' || scripted.kind === 'release-device') && !userIn(world, scripted.owner).owns;

/** A task's whole script; what its calls returned goes to `results`. */
export function* play(cpu: Cpu, script: readonly ScriptedCall[], results: string[]): Part<void> {
  for (const scripted of script) if (!isIdle(cpu, scripted)) results.push(yield* call(cpu, scripted));
}
