import { noDriver, outcome, stage } from '../codes.ts';
import {
  acquire,
  type DevicePlace,
  end,
  go,
  type Operation,
  refuse,
  release,
  type Steps,
  step,
  type Then,
} from '../operation.ts';
import type { UnbindCall } from '../scenario.ts';
import { driverCode, isVfio } from '../views.ts';
import { departure, settle } from './bind.ts';
import { removeVfioGroup } from './vfio.ts';

/** Which task would close the device's file, or -1 when no script says so, or more than one does. */
const closerOf = ({ scenario, device }: DevicePlace): number => {
  const closers = scenario.tasks.flatMap((script, task) =>
    script.some((call) => call.kind === 'close' && call.device === device.id) ? [task] : [],
  );
  return closers.length === 1 ? (closers[0] as number) : -1;
};

/**
 * device_release_driver_internal() and __device_release_driver(), drivers/base/dd.c of v6.1; §2.4 R1–R10. A vfio
 * driver's remove() waits, with the device_lock held, until user space has closed the device: §2.5.
 *
 * They return nothing, so the write to sysfs succeeds whether or not a driver was there by then.
 */
export const unbindSteps = (place: DevicePlace, then: Then): Steps => {
  const { knobs, device, voice } = place;
  const { enter, steps } = departure(place, knobs.releaseOnUnbind, '', 'unbind.unlock');
  const vfio = removeVfioGroup(place, 'unbind.removed');
  const closer = closerOf(place);
  const unlock = release(place, device.lock, () => {
    settle(place);
    return go(then);
  });
  return {
    'unbind.lock': acquire(place, device.lock, 'unbind.find'),
    'unbind.find': step(() => {
      if (device.driver === noDriver) return 'unbind.unlock';
      device.stage = stage.unbinding;
      voice.notify(device, 'UNBIND_DRIVER');
      return 'unbind.remove';
    }),
    'unbind.remove': {
      awaits: {
        what: 'user space to close the device',
        isReady: () => !device.isOpen || !isVfio(device.driver),
        from: () => closer,
      },
      run: () => {
        if (vfio.entry !== null && isVfio(device.driver)) return vfio.entry;
        device.stage = stage.removed;
        return enter();
      },
    },
    ...(vfio.entry !== null && {
      ...vfio.steps,
      'unbind.removed': step(() => {
        device.stage = stage.removed;
        return enter();
      }),
    }),
    ...steps,
    'unbind.unlock': step(() => {
      if (device.driver === noDriver && device.stage !== stage.unbound) voice.notify(device, 'UNBOUND_DRIVER');
      return unlock.run(outcome.ok);
    }),
  };
};

/** A write to `unbind` finds its driver by an unlocked look, and then unbinds whatever is bound by then; §2.10. */
export const unbindOperation = (place: DevicePlace, { from }: UnbindCall): Operation => {
  const { device } = place;
  const steps = unbindSteps(place, end);
  if (from === null) return { entry: 'unbind.lock', steps };
  const code = driverCode(from);
  return {
    entry: 'unbind.look',
    steps: {
      'unbind.look': step(() => (device.shownDriver === code ? 'unbind.lock' : refuse(place, 'ENODEV', end))),
      ...steps,
    },
  };
};
