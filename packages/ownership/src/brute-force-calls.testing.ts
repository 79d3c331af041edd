import {
  attach,
  configure,
  detach,
  override,
  runDeferred,
  setDefault,
  storeType,
  unload,
} from './brute-force-domains.testing.ts';
import {
  type Call,
  type Cpu,
  clear,
  first,
  giveBack,
  join,
  type Luck,
  letGo,
  owesAnything,
  type Part,
  type Site,
  settle,
  siteOf,
  step,
  taking,
  trying,
  useGroup,
  working,
} from './brute-force-steps.testing.ts';
import { claim, close, openDevice, release, removeVfio, setContainer, setIommu } from './brute-force-vfio.testing.ts';
import {
  type BruteDevice,
  containerLock,
  deviceIn,
  isHarmless,
  isManaged,
  isMember,
  lockOf,
  someoneOwns,
  userIn,
  usesDmaApi,
} from './brute-force-world.testing.ts';
import type { Knobs } from './knobs.ts';
import {
  type AddCall,
  type BindCall,
  type DriverName,
  type Scenario,
  type ScriptedCall,
  traitsOf,
  type UnbindCall,
} from './scenario.ts';

/** domain/ownership.md §2: binds, unbinds, hotplug, claims and releases, and whole scripts of calls. */

/** The conflict of I9 is one in truth, whatever use() answered; who is in no group conflicts with nobody. */
const enterProbe = ({ world }: Cpu, device: BruteDevice): void => {
  device.atWork = true;
  if (isMember(device) && usesDmaApi(device) && someoneOwns(world)) world.broken.add('I9');
};

/** B14, and B15 with it: where the list is kept it is as if the trigger that came in between were seen at once. */
function* unlock(cpu: Cpu, name: string, result: string): Call {
  const device = deviceIn(cpu.world, name);
  yield step(`unlock, ${result}`);
  settle(cpu, device);
  if (result === 'EPROBE_DEFER' && cpu.hasWorker) {
    device.deferred = cpu.world.group.defaultDomain === 'detached' ? 'pending' : 'active';
  }
  letGo(cpu, lockOf(name));
  return result;
}

const errnoOf = (luck: Luck, failure: string): string => (luck === 'defer' ? 'EPROBE_DEFER' : failure);

/** A bind's route is part of its call; autoprobe of a new device is one too. */
type Binding = Omit<BindCall, 'kind' | 'joins'> & Pick<BindCall, 'joins'>;

/** The outcome of the firmware's set-up (C1), which may find the device's group; its errno, or null. */
function* firmware(cpu: Cpu, device: BruteDevice, call: Binding): Part<string | null> {
  // A step of its own only where something hangs on it.
  if (call.firmware === 'ok' && call.joins !== true) return null;
  const luck = yield trying('firmware', call.firmware);
  if (luck !== 'ok') return errnoOf(luck, 'ENODEV');
  if (call.joins === true && device.presence === 'registered') yield* join(cpu, device);
  return null;
}

/** dma_configure must undo its own partial work (§2.1): a claim that came before the firmware's failure. */
function* undo(cpu: Cpu, name: string, site: Knobs['claimSite'], failure: string): Part<void> {
  const isOwed = site === 'dma_configure first' && cpu.knobs.releaseOnEarlyFailure === 'undo';
  if (isOwed && owesAnything(cpu, deviceIn(cpu.world, name), 'before the clear'))
    yield* giveBack(cpu, name, `undo, ${failure}`);
}

/** B7 and, for a claim in the notifier, B8: null, or why the bind is refused. */
function* dmaConfigure(cpu: Cpu, call: Binding, site: Knobs['claimSite']): Part<string | null> {
  const device = deviceIn(cpu.world, call.device);
  const isEarly = site === 'dma_configure first';
  const early = isEarly ? yield* useGroup(cpu, device) : 'OK';
  if (early !== 'OK') return early;
  const failure = yield* firmware(cpu, device, call);
  if (failure !== null) {
    yield* undo(cpu, call.device, site, failure);
    return failure;
  }
  if (isEarly || site === 'none' || site === 'BOUND_DRIVER') return null;
  const late = yield* useGroup(cpu, device);
  return late === 'OK' || cpu.knobs.conflictAtBind !== 'refused' ? null : late;
}

/** B12: a good driver is taken off once, to be probed again. There is no notification, and no other hook. */
function* testRemove(cpu: Cpu, name: string): Part<void> {
  const { testRemove: does, releaseOnUnbind } = cpu.knobs;
  const hasCleanup = does === 'calls dma_cleanup' && releaseOnUnbind === 'dma_cleanup';
  yield step('test: remove');
  deviceIn(cpu.world, name).atWork = false;
  yield* clear(cpu, name, hasCleanup ? 'before the clear' : 'nowhere', 'test');
}

interface Attempt {
  readonly result: string;
  /** __device_attach_driver(): a failed probe() lets the next driver try. */
  readonly isLate: boolean;
}
function* fail(cpu: Cpu, name: string, result: string, isLate: boolean): Part<Attempt> {
  const { releaseOnLateFailure, releaseOnEarlyFailure } = cpu.knobs;
  const site: Site = siteOf(isLate ? releaseOnLateFailure : releaseOnEarlyFailure);
  deviceIn(cpu.world, name).atWork = false;
  yield* clear(cpu, name, site, result);
  return { result, isLate };
}

/** V0's group notifier, at BOUND_DRIVER. */
const isLateBind = ({ world, knobs }: Cpu, device: BruteDevice): boolean =>
  knobs.conflictAtBind === 'BUG' && world.vfio.container !== null && isMember(device) && !isHarmless(device);

/** really_probe(): B5 to B13. */
function* probe(cpu: Cpu, call: Binding, driver: DriverName): Part<Attempt> {
  const { device: name } = call;
  const device = deviceIn(cpu.world, name);
  const site = isManaged(driver) ? 'none' : cpu.knobs.claimSite;
  for (const round of cpu.testsRemove ? (['test', 'real'] as const) : (['real'] as const)) {
    cpu.progress.round = round;
    yield step(`set ${driver}`);
    device.driver = driver;
    const pinctrl = yield trying('pinctrl', call.pinctrl);
    if (pinctrl !== 'ok') return yield* fail(cpu, name, errnoOf(pinctrl, 'EINVAL'), false);
    const refusal = yield* dmaConfigure(cpu, call, site);
    if (refusal !== null) return yield* fail(cpu, name, refusal, false);
    enterProbe(cpu, device);
    const probed = yield trying('probe', call.probe);
    if (probed !== 'ok') return yield* fail(cpu, name, errnoOf(probed, 'ENODEV'), true);
    if (round === 'test') yield* testRemove(cpu, name);
  }
  // B13 has both in one line.
  if (site === 'BOUND_DRIVER') yield* useGroup(cpu, device);
  yield step('bound');
  if (isLateBind(cpu, device)) {
    // BUG_ON(): the machine stops here.
    cpu.world.vfio.isStopped = true;
    return { result: 'OK', isLate: false };
  }
  device.isBound = true;
  runDeferred(cpu);
  return { result: 'OK', isLate: false };
}

/** Which driver of the list is the next to match, from number `from` on. */
const matching = ({ override: named }: BruteDevice, { drivers, via }: Binding, from: number): number => {
  for (const [number, driver] of drivers.entries()) {
    const isMatch = named === null ? via === 'sysfs' || traitsOf(driver).byOverride !== true : named === driver;
    if (number >= from && isMatch) return number;
  }
  return -1;
};

/** B2 to B4: why no driver is tried; null when one is. */
const obstacle = ({ knobs }: Cpu, device: BruteDevice, call: Binding): string | null => {
  const isAsked = call.via === 'sysfs';
  if (device.presence === 'absent') return 'ENODEV';
  if (device.driver !== null) return isAsked ? 'EBUSY' : 'OK';
  if (knobs.readyToProbe === 'yes' && !device.isReady) return 'EPROBE_DEFER';
  if (matching(device, call, 0) < 0) return isAsked ? 'ENODEV' : 'OK';
  return null;
};

/** From the device_lock, which has been taken, to its end. */
function* bindLocked(cpu: Cpu, call: Binding): Call {
  const { device: name, drivers } = call;
  const device = deviceIn(cpu.world, name);
  yield step('find');
  const reason = obstacle(cpu, device, call);
  if (reason !== null) return yield* unlock(cpu, name, reason);
  let turn = matching(device, call, 0);
  for (;;) {
    const { result, isLate } = yield* probe(cpu, call, drivers[turn] as DriverName);
    if (!isLate || drivers.length === 1) return yield* unlock(cpu, name, result);
    yield step(`after number ${turn}, ${result}`);
    turn = matching(device, call, turn + 1);
    if (turn < 0) return yield* unlock(cpu, name, result);
    settle(cpu, device);
    if (result === 'EPROBE_DEFER' && cpu.hasWorker) device.deferred = 'pending';
  }
}

function* bind(cpu: Cpu, call: BindCall): Call {
  const device = deviceIn(cpu.world, call.device);
  if (call.via === 'drivers_probe') {
    // §2.10: an unlocked look.
    yield first();
    if (device.driver !== null) return 'OK';
    yield taking(lockOf(call.device), 'lock');
  } else if (call.via === 'deferred') {
    yield working(() => device.deferred === 'active');
    device.deferred = 'none';
    yield taking(lockOf(call.device), 'lock');
  } else yield first(lockOf(call.device));
  return yield* bindLocked(cpu, call);
}

/** device_add(), §2.9. What its autoprobe came to is told as its result, though the kernel keeps it to itself. */
function* add(cpu: Cpu, call: AddCall): Call {
  const device = deviceIn(cpu.world, call.device);
  yield first();
  device.presence = 'registered';
  device.isReady = false;
  yield* join(cpu, device);
  yield step('ready');
  device.isReady = true;
  if (call.drivers.length === 0) return 'OK';
  yield taking(lockOf(call.device), 'lock');
  return yield* bindLocked(cpu, { ...call, via: 'autoprobe' });
}

function* unbind(cpu: Cpu, { device: name, from }: UnbindCall): Call {
  const device = deviceIn(cpu.world, name);
  if (from === null) yield first(lockOf(name));
  else {
    // §2.10: an unlocked look, and then whatever is bound by then.
    yield first();
    if (device.driver !== from) return 'ENODEV';
    yield taking(lockOf(name), 'lock');
  }
  yield step('find');
  if (device.driver === null) return yield* unlock(cpu, name, 'OK');
  device.atWork = false;
  yield* removeVfio(cpu, name);
  yield* clear(cpu, name, siteOf(cpu.knobs.releaseOnUnbind), 'OK');
  return yield* unlock(cpu, name, 'OK');
}

/** What can be played of a scenario: all but device_del(), which none of them makes. */
export const isPlayable = ({ tasks }: Scenario): boolean =>
  tasks.flat().every((scripted) => {
    if (scripted.kind === 'bind' || scripted.kind === 'add') return scripted.sysfs === 'ok' && scripted.groups === 'ok';
    return scripted.kind !== 'remove';
  });

const call = (cpu: Cpu, scripted: ScriptedCall): Call => {
  switch (scripted.kind) {
    case 'bind':
      return bind(cpu, scripted);
    case 'unbind':
      return unbind(cpu, scripted);
    case 'add':
      return add(cpu, scripted);
    case 'claim':
    case 'claim-device':
      return claim(cpu, scripted);
    case 'release':
    case 'release-device':
      return release(cpu, scripted);
    case 'attach':
      return attach(cpu, scripted);
    case 'detach':
      return detach(cpu, scripted);
    case 'override':
      return override(cpu, scripted);
    case 'unload':
      return unload(cpu, scripted);
    case 'configure':
      return configure(cpu, scripted);
    case 'store-type':
      return storeType(cpu);
    case 'set-default':
      return setDefault(cpu);
    case 'set-container':
      return setContainer(cpu, scripted);
    case 'set-iommu':
      return setIommu(cpu, scripted, first(containerLock));
    case 'open-device':
      return openDevice(cpu, scripted);
    case 'close':
      return close(cpu, scripted);
    default:
      throw new RangeError(`Cannot play ${scripted.kind} by brute force`);
  }
};

/** Who asks for what needs an answer that it did not get is passed over. */
const isIdle = ({ world }: Cpu, scripted: ScriptedCall): boolean => {
  switch (scripted.kind) {
    case 'release':
    case 'release-device':
      return !userIn(world, scripted.owner).owns;
    case 'set-iommu':
    case 'open-device':
      return world.vfio.container !== scripted.owner;
    default:
      return false;
  }
};

/** A task's whole script. */
export function* play(cpu: Cpu, script: readonly ScriptedCall[]): Part<void> {
  for (const [index, scripted] of script.entries()) {
    cpu.progress.call = index;
    if (!isIdle(cpu, scripted)) cpu.progress.results.push(yield* call(cpu, scripted));
  }
}
