import {
  type BruteDevice,
  type BruteWorld,
  claimedDomain,
  counts,
  deviceIn,
  groupLock,
  holdNothing,
  isManaged,
  lockOf,
  nameOf,
  someoneOwns,
  tokenOf,
  userIn,
} from './brute-force-world.testing.ts';
import type { Knobs } from './knobs.ts';
import type { BindCall, Chance, Scenario, ScriptedCall, UnbindCall, UserCall } from './scenario.ts';

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
  /** CONFIG_DEBUG_TEST_DRIVER_REMOVE. */
  readonly testsRemove: boolean;
  readonly progress: Progress;
}

/** How far a task is, beside the place where it stands. */
export interface Progress {
  call: number;
  round: 'test' | 'real';
  readonly results: string[];
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
  if (!device.isMember) {
    // U0: it "succeeds" where there is no group yet, and records nothing.
    device.holds = true;
    return true;
  }
  yield taking(groupLock, 'use: take the mutex');
  yield step('use: check and record');
  const isFree = counts(cpu.knobs)
    ? group.count === 0 || (group.owner === null && group.domain === 'default')
    : group.owner === null || group.owner === 'DMA_API';
  if (isFree) {
    device.holds = true;
    device.isRecorded = true;
    if (counts(cpu.knobs)) group.count += 1;
    else group.owner = 'DMA_API';
  }
  yield step(`use: drop the mutex, ${isFree ? 'granted' : 'refused'}`);
  letGo(cpu, groupLock);
  return isFree;
}

const isWorthAWalk = ({ world: { group }, knobs }: Cpu): boolean =>
  knobs.releaseRule === 'walk for the DMA API' ? group.owner === 'DMA_API' : group.owner !== null;

function* hasKeeper(cpu: Cpu, leaver: string, giving: string): Part<boolean> {
  for (const sibling of Object.keys(cpu.world.devices)) {
    if (sibling === leaver || !deviceIn(cpu.world, sibling).isMember) continue;
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
  holdNothing(deviceIn(cpu.world, leaver));
  yield step(`give back: drop the mutex, ${giving}`);
  letGo(cpu, groupLock);
}

type Site = 'before the clear' | 'after the clear' | 'nowhere';

/** Does the scheme give anything back when this driver leaves? */
const owesAnything = ({ knobs }: Cpu, { driver, isRecorded }: BruteDevice, site: Site): boolean => {
  if (site === 'nowhere') return false;
  switch (knobs.claimRecord) {
    case 'none':
      return false;
    case 'count':
      // After the clear nobody can ask the driver for its flag (§3, V6a), so that the count goes down for all.
      return site === 'after the clear' || (driver !== null && !isManaged(driver));
    case 'count per device':
      return isRecorded;
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

/** dev->driver = NULL, with the claim given back before or after. */
function* clear(cpu: Cpu, name: string, site: Site, result: string): Part<void> {
  const device = deviceIn(cpu.world, name);
  const owes = owesAnything(cpu, device, site);
  const giving = `${result}, ${site}`;
  if (owes && site === 'before the clear') yield* giveBack(cpu, name, giving);
  yield step(`clear, ${giving}`);
  device.driver = null;
  // The walk cannot see this device any more; a count stays until it is taken down.
  if (!counts(cpu.knobs)) holdNothing(device);
  if (owes && site === 'after the clear') yield* giveBack(cpu, name, giving);
}

function* depart(cpu: Cpu, name: string, site: Site, result: string): Call {
  yield* clear(cpu, name, site, result);
  yield* unlock(cpu, name, result);
  // What nobody took down by now has leaked: the driver is gone, and holds it no more.
  holdNothing(deviceIn(cpu.world, name));
  return result;
}

function* unlock(cpu: Cpu, name: string, result: string): Call {
  yield step(`unlock, ${result}`);
  letGo(cpu, lockOf(name));
  return result;
}

/** What dma_configure has to do beside the claim: the firmware's set-up, that may find the device's group. */
function* firmware(cpu: Cpu, device: BruteDevice, { joins }: BindCall): Part<void> {
  if (joins !== true || device.isMember) return;
  yield taking(groupLock, 'join: take the mutex');
  yield step('join: add');
  device.isMember = true;
  yield step('join: attach the domain');
  yield step('join: drop the mutex');
  letGo(cpu, groupLock);
}

/** B7 and, for a claim in the notifier, B8: true unless the bind is refused. */
function* configure(cpu: Cpu, device: BruteDevice, call: BindCall, site: Knobs['claimSite']): Part<boolean> {
  const isEarly = site === 'dma_configure first';
  const isGranted = !isEarly || (yield* useGroup(cpu, device));
  if (isGranted) yield* firmware(cpu, device, call);
  if (isEarly || site === 'none' || site === 'BOUND_DRIVER') return isGranted;
  return (yield* useGroup(cpu, device)) || cpu.knobs.conflictAtBind !== 'refused';
}

/** B12: a good driver is taken off once, to be probed again. */
function* testRemove(cpu: Cpu, name: string): Part<void> {
  const device = deviceIn(cpu.world, name);
  const site = cpu.knobs.testRemove === 'calls dma_cleanup' ? siteOf(cpu.knobs.releaseOnUnbind) : 'nowhere';
  yield step('test: remove');
  device.atWork = false;
  yield* clear(cpu, name, site, 'test');
}

function* bind(cpu: Cpu, call: BindCall): Call {
  const { knobs } = cpu;
  const { device: name } = call;
  const device = deviceIn(cpu.world, name);
  const [driver] = call.drivers;
  if (driver === undefined) throw new RangeError(`Cannot bind ${name} to no driver`);
  const site = isManaged(driver) ? 'none' : knobs.claimSite;
  yield first(lockOf(name));
  yield step('find');
  if (device.driver !== null) return yield* unlock(cpu, name, 'EBUSY');
  for (const round of cpu.testsRemove ? (['test', 'real'] as const) : (['real'] as const)) {
    cpu.progress.round = round;
    yield step('set');
    device.driver = driver;
    if ((yield trying('pinctrl', call.pinctrl)) === 'fail')
      return yield* depart(cpu, name, siteOf(knobs.releaseOnEarlyFailure), 'EINVAL');
    if (!(yield* configure(cpu, device, call, site)))
      return yield* depart(cpu, name, siteOf(knobs.releaseOnEarlyFailure), 'EBUSY');
    enterProbe(cpu, device);
    if ((yield trying('probe', call.probe)) === 'fail') {
      device.atWork = false;
      return yield* depart(cpu, name, siteOf(knobs.releaseOnLateFailure), 'ENODEV');
    }
    if (round === 'test') yield* testRemove(cpu, name);
  }
  // B13 has both in one line.
  if (site === 'BOUND_DRIVER') yield* useGroup(cpu, device);
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
  // K3: somebody else's domain; none at all is no obstacle.
  return world.group.domain === 'blocking' || world.group.domain === 'own' ? 'EBUSY' : 'new';
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

/** What can be played of a scenario. */
export const isPlayable = ({ devices, outside, open, domain, tasks }: Scenario): boolean =>
  tasks
    .flat()
    .every((scripted) => playable.has(scripted.kind) && (scripted.kind !== 'bind' || scripted.firmware === 'ok')) &&
  Object.keys(devices).every((device) => outside?.[device] !== 'absent') &&
  open === undefined &&
  domain !== 'detached';
const playable = new Set(['bind', 'unbind', 'claim', 'claim-device', 'release', 'release-device']);

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

/** A task's whole script. */
export function* play(cpu: Cpu, script: readonly ScriptedCall[]): Part<void> {
  for (const [index, scripted] of script.entries()) {
    cpu.progress.call = index;
    if (!isIdle(cpu, scripted)) cpu.progress.results.push(yield* call(cpu, scripted));
  }
}
