import { driverId } from '@custody/trace';
import { errnoOf } from '../errno.ts';
import type { Mapping, Probe, Row, Scene } from './mapping.ts';

const flagOf = (text: string | undefined): boolean | null => (text === undefined ? null : text !== '0');
/** A return value; one printed in hex is two's complement, of 32 or 64 bits. */
export const returned = ({ fields }: Probe): number => {
  const text = fields.get('ret') ?? '0';
  if (!text.startsWith('0x')) return Number(text);
  return Number(BigInt.asIntN(text.length > 10 ? 64 : 32, BigInt(text)));
};

/** The function is about a device; remember it until the return. */
const aboutDevice = (probe: Probe, scene: Scene) => ({ device: scene.book.device(probe.fields) });

/** drivers/base/dd.c really_probe: dev->driver is set first thing, certainly before the task's next line. */
const enterReallyProbe = (probe: Probe, scene: Scene) => {
  const device = scene.book.device(probe.fields);
  const name = probe.fields.get('drv');
  if (device === null || name === undefined) return { device: null };
  const driver = driverId(name);
  scene.say({ type: 'BindStarted', data: { device, driver, managed: flagOf(probe.fields.get('mdma')) } });
  scene.sayLater({ type: 'DriverSet', data: { device, driver } });
  return { device };
};

const reallyProbe: Row = {
  // It may defer before it sets the driver (§2.1 B4).
  unproven: 'DriverSet',
  enter: enterReallyProbe,
  // A failed probe() comes back positive, to tell it from a failed set-up.
  leave: (probe, scene, { device }) => {
    const value = returned(probe);
    if (device) scene.say({ type: 'BindReturned', data: { device, errno: errnoOf(-Math.abs(value)) } });
  },
};

/** Up to 5.13: 1 is bound and 0 is not, without saying why (changed by ef6dcbdd8eb2 and 45ddcb42949f, v5.14). */
export const reallyProbe510: Row = {
  unproven: 'DriverSet',
  enter: enterReallyProbe,
  leave: (probe, scene, { device }) => {
    if (device) scene.say({ type: 'BindReturned', data: { device, errno: returned(probe) === 1 ? 'OK' : 'E?' } });
  },
};

const busProbe: Row = {
  enter: aboutDevice,
  leave: (probe, scene, { device }) => {
    if (device) scene.say({ type: 'ProbeReturned', data: { device, errno: errnoOf(returned(probe)) } });
  },
};

const busRemove: Row = {
  enter: aboutDevice,
  leave: (_probe, scene, { device }) => {
    if (device) scene.say({ type: 'RemoveReturned', data: { device } });
  },
};

/** device_unbind_cleanup: dev->driver = NULL happens inside; it is certain at the task's next line. */
const unbindCleanup: Row = {
  enter: (probe, scene) => {
    const device = scene.book.device(probe.fields);
    if (device !== null) scene.sayLater({ type: 'DriverCleared', data: { device } });
    return undefined;
  },
};

/** The unbind's own function; its beginning is UNBIND_DRIVER, which is notified once the checks are passed. */
export const releaseDriver: Row = {
  enter: aboutDevice,
  leave: (_probe, scene, { device, begun }) => {
    if (device && begun) scene.say({ type: 'UnbindReturned', data: { device } });
  },
};

/**
 * @param release - the function that unbinds on this kernel line: the frame that UNBIND_DRIVER belongs to.
 * @param clears - no probe stands on the store of NULL, so UNBOUND_DRIVER is the first line that proves it.
 */
export const busNotifier = (busEvent: Mapping['busEvent'], release: string, clears = false): Row => ({
  enter: (probe, scene) => {
    const device = scene.book.device(probe.fields);
    const event = busEvent(Number(probe.fields.get('action')));
    if (device === null || event === null) return undefined;
    if (event === 'UNBIND_DRIVER') {
      scene.say({ type: 'UnbindStarted', data: { device } });
      scene.mark(release, { begun: true });
    }
    if (event === 'UNBOUND_DRIVER' && clears) scene.say({ type: 'DriverCleared', data: { device } });
    scene.say({ type: 'BusNotified', data: { device, event } });
    return undefined;
  },
});

export const driverCore: Readonly<Record<string, Row>> = {
  really_probe: reallyProbe,
  pci_device_probe: busProbe,
  pci_device_remove: busRemove,
  device_unbind_cleanup: unbindCleanup,
  device_release_driver_internal: releaseDriver,
};
