import { noDriver } from '../codes.ts';
import { type DevicePlace, end, type Label, type Operation, type Place, step } from '../operation.ts';
import type { OverrideCall, UnloadCall } from '../scenario.ts';
import { driverCode, isManaged, usesDmaApi } from '../views.ts';
import { enterUse, useSteps } from './use.ts';

/** A write to driver_override: it neither binds nor unbinds; §2.10. */
export const overrideOperation = ({ device }: DevicePlace, { driver }: OverrideCall): Operation => ({
  entry: 'override.write',
  steps: {
    'override.write': step(() => {
      device.override = driverCode(driver);
      return end;
    }),
  },
});

/** The driver's module goes, no device being bound to it: from here on its memory is not to be read (I13). */
export const unloadOperation = ({ modules }: Place, { driver }: UnloadCall): Operation => ({
  entry: 'unload.free',
  steps: {
    'unload.free': step(() => {
      const module = modules[driverCode(driver) - 1];
      if (module !== undefined) module.isFreed = true;
      return end;
    }),
  },
});

/**
 * The IOMMU core calls the bus's dma_configure(), holding no device_lock (bcb81ac6ae3c, v6.15). As merged, the flag's
 * address was made from one read of dev->driver and the test against NULL from another (F-13): with a driver set in
 * between, the flag is read through to_pci_driver(NULL), and what stands there is taken for "not managed".
 */
export const configureOperation = (place: DevicePlace): Operation => {
  const { knobs, device, task, voice } = place;
  const isOwn = (): boolean => device.usesDmaApi;
  // A scheme that claims elsewhere, or nowhere, reads the flag here and goes on.
  const claims = knobs.claimSite.startsWith('dma_configure');
  const claim = (): Label => (claims ? enterUse(place, { claimed: end }) : end);
  const done = (next: Label): Label => {
    task.seen = noDriver;
    return next;
  };
  const claiming = useSteps(place, { claimed: end, refused: end, isOwn });
  if (knobs.iommuConfigures === 'never') {
    return { entry: 'configure.skip', steps: { 'configure.skip': step(() => end) } };
  }
  if (knobs.iommuConfigures === 'reads driver once') {
    return {
      entry: 'configure.read',
      steps: {
        'configure.read': step(() => (usesDmaApi(device.shownDriver) ? claim() : end)),
        ...claiming,
      },
    };
  }
  return {
    entry: 'configure.flag',
    steps: {
      'configure.flag': step(() => {
        task.seen = device.shownDriver;
        return 'configure.test';
      }),
      'configure.test': step(() => {
        if (device.shownDriver === noDriver) return done(end);
        if (task.seen === noDriver) voice.mark('I13');
        else if (isManaged(task.seen)) return done(end);
        return done(claim());
      }),
      ...claiming,
    },
  };
};
