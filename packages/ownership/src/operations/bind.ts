import { judgeGivenUp } from '../cases.ts';
import { clearedFrom, deferral, domain, errno, noDriver, outcome, presence, stage } from '../codes.ts';
import { walks } from '../knobs.ts';
import {
  acquire,
  type DevicePlace,
  end,
  type Label,
  type Operation,
  refuse,
  release,
  type Step,
  type Steps,
  setDriver,
  step,
  type Then,
} from '../operation.ts';
import { type BindCall, type BindChances, type Chance, type DriverName, traitsOf } from '../scenario.ts';
import { driverCode } from '../views.ts';
import { joinSteps } from './join.ts';
import { leave, unuse } from './unuse.ts';
import { enterUse, useSteps } from './use.ts';
import { boundNotifier } from './vfio.ts';

/** Where on its way out a driver gives back its claim: before dev->driver is cleared, after it, or nowhere. */
type Site = DevicePlace['knobs']['releaseOnUnbind'] | DevicePlace['knobs']['releaseOnLateFailure'];
const isAfter = (site: Site): boolean => site === 'after clear' || site === 'UNBOUND_DRIVER';

interface Departure {
  readonly enter: () => Label;
  readonly steps: Steps;
}

/**
 * A driver leaves its device: device_unbind_cleanup() with what the scheme puts before or after it [F2–F5, R6–R9].
 *
 * @param suffix - tells the ways out of one operation apart.
 */
export const departure = (place: DevicePlace, site: Site, suffix: string, then: Label): Departure => {
  const { device } = place;
  const clear: Label = `leave.clear${suffix}`;
  const isHookAfter = isAfter(site);
  const given = unuse(place, suffix, isHookAfter ? then : clear);
  const isNowhere = site === 'none';
  return {
    enter: () => (isNowhere || isHookAfter ? clear : given.enter()),
    steps: {
      ...(!isNowhere && given.steps),
      [clear]: step(() => {
        const { driver } = device;
        checkOwnerLeaves(place, driver);
        device.stage = clearedFrom(device.stage, device.isManaged);
        setDriver(place, device, noDriver);
        device.hasLeftVfio = false;
        // A token stands for whoever shows a driver: the claim ends here, and the hook only tidies up.
        if (walks(place.knobs)) device.holds = false;
        const next = isHookAfter ? given.enter() : then;
        if (next === then) leave(place); // no release is to come
        return next;
      }),
    },
  };
};

/**
 * "V3 needs 'remove() of an owner must release' as a checked obligation" (§3, case 4.b): the last device of the driver
 * through which a user owns the group loses it, and the user owns the group still.
 */
const checkOwnerLeaves = ({ device, devices, users, voice }: DevicePlace, driver: number): void => {
  if (devices.some((other) => other !== device && other.driver === driver)) return;
  if (users.some(({ owns, through }) => owns && through.driver === driver)) voice.mark('O1');
};

/** A device without a driver is settled, whatever was under way with it; a claim that is left over is lost. */
export const settle = ({ device, voice }: DevicePlace): void => {
  if (device.driver !== noDriver) return;
  device.stage = stage.unbound;
  if (!device.holds) return;
  voice.mark('I5');
  device.holds = false;
};

const mayFail = (chance: Chance): boolean => chance !== 'ok';

/** From here on the device is in its driver's probe(), until step `bind.probe` returns from it. */
const enterProbe = ({ device, users, voice }: DevicePlace): Label => {
  if (device.isMember && device.usesDmaApi && users.some(({ owns }) => owns)) voice.mark('I9');
  device.stage = device.stage === stage.refused ? stage.probingRefused : stage.probing;
  return 'bind.probe';
};

/** Which driver of the list matches next, from number `turn` on; -1 when none does. */
const nextMatch = ({ device }: DevicePlace, drivers: readonly DriverName[], isAsked: boolean, turn: number): number => {
  if (isAsked) return device.override === noDriver || device.override === driverCode(drivers[0] ?? null) ? 0 : -1;
  for (let number = turn; number < drivers.length; number += 1) {
    const name = drivers[number] as DriverName;
    const matches = device.override === noDriver ? !traitsOf(name).byOverride : device.override === driverCode(name);
    if (matches) return number;
  }
  return -1;
};

/** A bind as the steps see it: which drivers, how it came about, and where the kernel may fail. */
type Bind = BindChances & Pick<BindCall, 'drivers' | 'via'> & { readonly joins?: boolean };

/**
 * device_driver_attach(), __device_attach() and really_probe(), drivers/base/dd.c of v6.1; §2.1 B1–B15.
 *
 * A pinctrl failure is EINVAL, which pinctrl_bind_pins() passes on (drivers/base/pinctrl.c, "serious errors"); a failed
 * firmware set-up or probe is ENODEV, failed sysfs links are ENOMEM.
 */
export const bindSteps = (place: DevicePlace, { drivers, via, joins = false, ...chances }: Bind, then: Then): Steps => {
  const { knobs, scenario, group, device, devices, task, voice } = place;
  const codes = drivers.map((name) => driverCode(name));
  const isAsked = via === 'sysfs';
  const isLoop = drivers.length > 1;
  const isTest = scenario.testRemove === true;

  const early = departure(
    place,
    knobs.releaseOnEarlyFailure === 'after clear' ? 'after clear' : 'none',
    '-early',
    'bind.unlock',
  );
  const late = departure(place, knobs.releaseOnLateFailure, '', isLoop ? 'bind.next' : 'bind.unlock');
  const tested = departure(
    place,
    // There is no notification between the two probes, and no other hook.
    knobs.testRemove === 'calls dma_cleanup' && knobs.releaseOnUnbind === 'dma_cleanup' ? 'dma_cleanup' : 'none',
    '-test',
    'bind.set',
  );
  const undo = unuse(place, '-undo', early.enter);

  const failsEarly = (): Label => {
    if (!device.isManaged && !device.holds) judgeGivenUp(place);
    device.stage = stage.failedEarly;
    return early.enter();
  };
  const failsLate = (how: number): Label => {
    device.stage = how;
    if (how === stage.failedSilently) voice.notify(device, 'DRIVER_NOT_BOUND');
    return late.enter();
  };
  /** As the outcome says: EPROBE_DEFER, or `reason`. */
  const errnoOf = (what: number, reason: keyof typeof errno): void => {
    task.errno = what === outcome.defer ? errno.EPROBE_DEFER : errno[reason];
  };

  // The way from pinctrl to probe(), as the scheme orders it; a managed driver makes no claim.
  const hasFirmware = mayFail(chances.firmware) || joins;
  const isFirst = knobs.claimSite === 'dma_configure first';
  const inConfigure = isFirst || knobs.claimSite === 'dma_configure last';
  const toSysfs = (): Label => (mayFail(chances.sysfs) ? 'bind.sysfs' : enterProbe(place));
  const atBindNotifier = (): Label => {
    voice.notify(device, 'BIND_DRIVER');
    return knobs.claimSite === 'BIND_DRIVER' && !device.isManaged ? enterUse(place, { claimed: toSysfs }) : toSysfs();
  };
  const toFirmware = (): Label => (hasFirmware ? 'bind.firmware' : afterFirmware());
  const afterFirmware = (): Label =>
    inConfigure && !isFirst && !device.isManaged ? enterUse(place, { claimed: atBindNotifier }) : atBindNotifier();
  const configure = (): Label =>
    isFirst && !device.isManaged ? enterUse(place, { claimed: toFirmware }) : toFirmware();

  const isIgnored = knobs.conflictAtBind === 'ignored';
  const claimed =
    knobs.claimSite === 'BOUND_DRIVER' ? 'bind.bound' : isFirst ? toFirmware : isIgnored ? toSysfs : atBindNotifier;
  const refused = (): Label => {
    if (knobs.claimSite === 'BOUND_DRIVER') {
      device.stage = stage.refusedAtBound;
      return 'bind.bound';
    }
    device.stage = stage.refused;
    return isIgnored ? toSysfs() : early.enter();
  };
  const bound = boundNotifier(place);
  const toBound = (): Label =>
    knobs.claimSite === 'BOUND_DRIVER' && !device.isManaged ? enterUse(place, { claimed: 'bind.bound' }) : 'bind.bound';
  const afterProbe = (): Label => {
    if (isTest && task.turn === 0) return 'bind.test-remove';
    return mayFail(chances.groups) ? 'bind.groups' : toBound();
  };

  const unlock = release(place, device.lock, then);
  const firmware: Step = {
    chance: chances.firmware,
    run: (what) => {
      if (what === outcome.ok)
        return joins && device.presence === presence.registered ? 'join.probe-lock' : afterFirmware();
      errnoOf(what, 'ENODEV');
      if (!device.isManaged && !device.holds) judgeGivenUp(place);
      device.stage = stage.failedEarly;
      const hasClaimed = isFirst && !device.isManaged && knobs.releaseOnEarlyFailure === 'undo';
      return hasClaimed ? undo.enter() : early.enter();
    },
  };

  return {
    'bind.lock': acquire(place, device.lock, 'bind.find'),
    'bind.find': step(() => {
      if (device.presence === presence.absent || device.presence === presence.dead) {
        return refuse(place, 'ENODEV', 'bind.unlock');
      }
      // The write to `bind` asks driver_match_device() before all else.
      const match = nextMatch(place, drivers, isAsked, 0);
      if (isAsked && match < 0) return refuse(place, 'ENODEV', 'bind.unlock');
      if (device.driver !== noDriver) return isAsked ? refuse(place, 'EBUSY', 'bind.unlock') : 'bind.unlock';
      if (knobs.readyToProbe === 'yes' && device.isUnready) return refuse(place, 'EPROBE_DEFER', 'bind.unlock');
      if (match < 0) return 'bind.unlock';
      if (isLoop) task.turn = match;
      return 'bind.set';
    }),
    'bind.set': step(() => {
      device.stage = stage.binding;
      setDriver(place, device, codes[isLoop ? task.turn : 0] as number);
      return 'bind.pinctrl';
    }),
    'bind.pinctrl': {
      chance: chances.pinctrl,
      run: (what) => {
        if (what === outcome.ok) return configure();
        errnoOf(what, 'EINVAL');
        return failsEarly();
      },
    },
    ...(hasFirmware && { 'bind.firmware': firmware }),
    ...(joins && {
      'join.probe-lock': acquire(place, group.probeLock, 'join.lock'),
      ...joinSteps(place, 'join.probe-unlock'),
      'join.probe-unlock': release(place, group.probeLock, afterFirmware),
    }),
    ...(knobs.claimSite !== 'none' && useSteps(place, { claimed, refused })),
    ...(mayFail(chances.sysfs) && {
      'bind.sysfs': {
        chance: chances.sysfs,
        run: (what) => {
          if (what === outcome.ok) return enterProbe(place);
          errnoOf(what, 'ENOMEM');
          return failsLate(stage.failedSilently);
        },
      },
    }),
    'bind.probe': {
      chance: chances.probe,
      run: (what) => {
        if (what === outcome.ok) {
          task.errno = errno.OK;
          device.stage = device.stage === stage.probingRefused ? stage.probedRefused : stage.probed;
          return afterProbe();
        }
        errnoOf(what, 'ENODEV');
        const next = late.enter();
        device.stage = stage.failing;
        voice.notify(device, 'DRIVER_NOT_BOUND');
        return next;
      },
    },
    ...(isTest && {
      'bind.test-remove': step(() => {
        task.turn = 1;
        return tested.enter();
      }),
      ...tested.steps,
    }),
    ...(mayFail(chances.groups) && {
      'bind.groups': {
        chance: chances.groups,
        run: (what) => {
          if (what === outcome.ok) return toBound();
          errnoOf(what, 'ENOMEM');
          return failsLate(stage.failedSilently);
        },
      },
    }),
    'bind.bound': step(() => {
      task.errno = errno.OK;
      voice.notify(device, 'BOUND_DRIVER');
      if (bound()) return 'bind.unlock';
      device.stage = stage.bound;
      for (const other of devices) if (other.deferred === deferral.pending) other.deferred = deferral.active;
      return 'bind.unlock';
    }),
    ...late.steps,
    ...early.steps,
    ...(isFirst && hasFirmware && undo.steps),
    ...(isLoop && {
      // __device_attach_driver(): a positive return, probe() having failed, lets the next driver try; a negative one ends it.
      'bind.next': step(() => {
        const match = nextMatch(place, drivers, isAsked, task.turn + 1);
        const isPutOff = task.errno === errno.EPROBE_DEFER;
        if (match < 0 || (task.errno !== errno.ENODEV && !isPutOff)) return 'bind.unlock';
        if (isPutOff) device.deferred = deferral.pending;
        settle(place);
        task.turn = match;
        task.errno = errno.OK;
        return 'bind.set';
      }),
    }),
    'bind.unlock': step(() => {
      settle(place);
      task.turn = 0;
      if (task.errno === errno.EPROBE_DEFER) {
        // A trigger that came in between is not lost: driver_probe_device() compares deferred_trigger_count.
        device.deferred = group.defaultDomain === domain.detached ? deferral.pending : deferral.active;
      }
      return unlock.run(outcome.ok);
    }),
  };
};

/** A write to `bind`, a driver that registers, or a write to `drivers_probe`, which first looks whether one is there. */
export const bindOperation = (place: DevicePlace, call: BindCall): Operation => {
  const { device } = place;
  const steps = bindSteps(place, call, end);
  switch (call.via) {
    case 'drivers_probe':
      return {
        entry: 'bind.look',
        steps: { 'bind.look': step(() => (device.shownDriver === noDriver ? 'bind.lock' : end)), ...steps },
      };
    case 'deferred':
      return {
        entry: 'bind.wake',
        steps: {
          'bind.wake': {
            awaits: {
              what: 'a deferred probe to run again',
              isReady: () => device.deferred === deferral.active,
              from: () => -1,
              isIdle: true,
            },
            run: () => {
              device.deferred = deferral.none;
              return 'bind.lock';
            },
          },
          ...steps,
        },
      };
    default:
      return { entry: 'bind.lock', steps };
  }
};
