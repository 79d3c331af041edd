import { noDriver, stage } from './codes.ts';
import {
  acquire,
  type DevicePlace,
  deviceLock,
  end,
  kernelMayFail,
  type Label,
  type Operation,
  refuse,
  release,
  type Step,
  type Steps,
  step,
} from './operation.ts';

/** How a driver leaves a device, on unbind and on a failed bind, and where ownership is given back on the way. */
interface Departure {
  /** Where a driver begins to leave that got past its claim, or never needed one. */
  readonly enter: (place: DevicePlace) => Label;
  /** Where a bind begins to leave that never claimed: pinctrl failed or the claim was refused. */
  readonly enterEarly: Label;
  readonly steps: (then: Label) => Steps<DevicePlace>;
}

/** What a variant puts into the driver core. */
export interface Hooks {
  /** The auto-claim inside dma_configure, from label `use.lock`; its last step says which way the bind goes on. */
  readonly use: (then: {
    readonly claimed: (place: DevicePlace) => Label;
    readonly refused: (place: DevicePlace) => Label;
  }) => Steps<DevicePlace>;
  readonly departure: Departure;
}

/** device_unbind_cleanup(): dev->driver becomes NULL, and a device without a driver holds nothing [F5, R7]. */
export const clearDriver = (then: Label): Step<DevicePlace> =>
  step(({ device }) => {
    device.driver = noDriver;
    device.holds = false;
    return then;
  });

/** A device without a driver is settled, whatever was under way with it. */
const settle = ({ device }: DevicePlace): Label => {
  if (device.driver === noDriver) device.stage = stage.unbound;
  return end;
};

const unlock: Step<DevicePlace> = release(deviceLock, end);

/** really_probe() returns, then the device_lock is dropped. */
const settleAndUnlock: Step<DevicePlace> = step((place) => {
  settle(place);
  return unlock.run(place, false);
});

/** device_release_driver_internal() drops the device_lock, then returns. */
const unlockAndSettle: Step<DevicePlace> = release(deviceLock, settle);

/** From here on the device is in its driver's probe(), until step `bind.probe` returns from it. */
const enterProbe = ({ device }: DevicePlace): Label => {
  device.stage = stage.probing;
  return 'bind.probe';
};

/**
 * device_driver_attach() and really_probe(), drivers/base/dd.c of v6.1; §2.1 B1–B14 of domain/ownership.md.
 *
 * A pinctrl failure is EINVAL, which pinctrl_bind_pins() passes on (drivers/base/pinctrl.c, "serious errors"); a failed
 * probe is ENODEV.
 */
export const bindWith = ({ use, departure }: Hooks): Operation<DevicePlace> => ({
  entry: 'bind.lock',
  steps: {
    'bind.lock': acquire(deviceLock, 'bind.find'),
    'bind.find': step((place) =>
      place.device.driver === noDriver ? 'bind.set' : refuse(place, 'EBUSY', 'bind.unlock'),
    ),
    'bind.set': step(({ device, driver }) => {
      device.stage = stage.binding;
      device.driver = driver;
      return 'bind.pinctrl';
    }),
    'bind.pinctrl': kernelMayFail(({ chances }) => chances.pinctrl, {
      ok: (place) => (place.device.isManaged ? enterProbe(place) : 'use.lock'),
      fails: (place) => refuse(place, 'EINVAL', departure.enterEarly),
    }),
    ...use({
      claimed: enterProbe,
      refused: ({ device }) => {
        device.stage = stage.refused;
        return departure.enterEarly;
      },
    }),
    'bind.probe': kernelMayFail(({ chances }) => chances.probe, {
      ok: ({ device }) => {
        device.stage = stage.probed;
        return 'bind.bound';
      },
      fails: (place) => {
        const leaving = refuse(place, 'ENODEV', departure.enter(place));
        place.device.stage = stage.failing;
        return leaving;
      },
    }),
    'bind.bound': step(({ device }) => {
      device.stage = stage.bound;
      return 'bind.unlock';
    }),
    ...departure.steps('bind.unlock'),
    'bind.unlock': settleAndUnlock,
  },
});

/**
 * device_release_driver_internal() and __device_release_driver(), drivers/base/dd.c of v6.1; §2.4 R1–R10.
 *
 * They return nothing, so the write to sysfs succeeds whether or not a driver was there by then.
 */
export const unbindWith = ({ departure }: Hooks): Operation<DevicePlace> => ({
  entry: 'unbind.lock',
  steps: {
    'unbind.lock': acquire(deviceLock, 'unbind.find'),
    'unbind.find': step(({ device }) => {
      if (device.driver === noDriver) return 'unbind.unlock';
      device.stage = stage.unbinding;
      return 'unbind.remove';
    }),
    'unbind.remove': step((place) => {
      place.device.stage = stage.removed;
      return departure.enter(place);
    }),
    ...departure.steps('unbind.unlock'),
    'unbind.unlock': unlockAndSettle,
  },
});
