import { type BusEvent, busEvents } from '@custody/trace';
import { errnoOf } from '../errno.ts';
import { type Meaning, type Probe, returned } from './meaning.ts';

const flagOf = (text: string | undefined): boolean | null => (text === undefined ? null : text !== '0');

/** drivers/base/dd.c really_probe: dev->driver is set first thing, certainly before the task's next line. */
const bindStarted: Meaning = {
  says: 'a bind began; at the task’s next line, dev->driver is set (DriverSet)',
  tell: ({ fields }, scene) => {
    const device = scene.book.device(fields);
    const driver = scene.book.driver(fields.get('drv'));
    if (device === null || !driver) return { device: null };
    scene.say({ type: 'BindStarted', data: { device, driver, managed: flagOf(fields.get('mdma')) } });
    scene.sayLater({ type: 'DriverSet', data: { device, driver } });
    return { device };
  },
};

/** Up to 5.13: 1 is bound and 0 is not, without saying why. Since: a failed probe() comes back positive. */
const bindErrno = (probe: Probe): string => {
  const value = returned(probe);
  if (probe.as === '1 is bound') return value === 1 ? 'OK' : 'E?';
  return errnoOf(-Math.abs(value));
};

/** A return with no line of the task since the entry does not prove that the driver was set: it gave up before. */
const bindReturned: Meaning = {
  says: 'the bind ended',
  withholds: 'DriverSet',
  tell: (probe, scene) => {
    const { device } = probe.told;
    if (device) scene.say({ type: 'BindReturned', data: { device, errno: bindErrno(probe) } });
    return undefined;
  },
};

const probeReturned: Meaning = {
  says: 'the driver’s probe() returned',
  tell: (probe, scene) => {
    const { device } = probe.told;
    if (device) scene.say({ type: 'ProbeReturned', data: { device, errno: errnoOf(returned(probe)) } });
    return undefined;
  },
};

const removeReturned: Meaning = {
  says: 'the driver’s remove() returned',
  tell: ({ told: { device } }, scene) => {
    if (device) scene.say({ type: 'RemoveReturned', data: { device } });
    return undefined;
  },
};

/** dev->driver = NULL happens inside; it is certain at the task's next line. */
const driverCleared: Meaning = {
  says: 'at the task’s next line, dev->driver is NULL',
  tell: ({ fields }, scene) => {
    const device = scene.book.device(fields);
    if (device !== null) scene.sayLater({ type: 'DriverCleared', data: { device } });
    return undefined;
  },
};

/** The unbind's own function; its beginning is UNBIND_DRIVER, which is notified once the checks are passed. */
const unbindEntered: Meaning = {
  says: 'nothing yet: the frame that UNBIND_DRIVER belongs to',
  tell: ({ fields }, scene) => ({ device: scene.book.device(fields), unbinds: true }),
};

const unbindReturned: Meaning = {
  says: 'the unbind ended, if UNBIND_DRIVER was notified inside',
  tell: ({ told: { device, begun } }, scene) => {
    if (device && begun) scene.say({ type: 'UnbindReturned', data: { device } });
    return undefined;
  },
};

/** ADD_DEVICE is 1 up to 6.2 and 0 since (include/linux/device/bus.h). */
const busEventOf = ({ fields, as }: Probe): BusEvent | null =>
  busEvents[Number(fields.get('action')) - (as === 'from 0' ? 0 : 1)] ?? null;

const busNotified = (says: string, clears: boolean): Meaning => ({
  says,
  tell: (probe, scene) => {
    const event = busEventOf(probe);
    if (event === null) return undefined;
    const device = event === 'ADD_DEVICE' ? scene.book.newDevice(probe.fields) : scene.book.device(probe.fields);
    if (device === null) return undefined;
    if (event === 'ADD_DEVICE') scene.say({ type: 'DeviceRegistered', data: { device } });
    if (event === 'UNBIND_DRIVER') {
      scene.say({ type: 'UnbindStarted', data: { device } });
      scene.unbindBegan();
    }
    if (event === 'UNBOUND_DRIVER' && clears) scene.say({ type: 'DriverCleared', data: { device } });
    scene.say({ type: 'BusNotified', data: { device, event } });
    if (event === 'REMOVED_DEVICE') {
      scene.say({ type: 'DeviceRemoved', data: { device } });
      scene.book.forget(device);
    }
    return undefined;
  },
});

/** IOMMU_GROUP_NOTIFY_BOUND_DRIVER (include/linux/iommu.h, v5.10). */
const groupBoundDriver = 4;

/**
 * drivers/vfio/vfio.c (v5.10): vfio_iommu_group_notifier answers BOUND_DRIVER with BUG_ON(vfio_group_nb_verify()),
 * which is vfio_dev_viable() when the group has users. So a vfio_dev_viable that fails straight under that notifier is
 * the BUG; under iommu_group_for_each_dev it is only "not viable".
 */
const bugHit: Meaning = {
  says: 'BUG_ON(vfio_group_nb_verify()), when it failed under the group notifier’s BOUND_DRIVER',
  tell: (probe, scene) => {
    const caller = scene.frames().at(-1);
    if (returned(probe) >= 0 || caller?.action !== groupBoundDriver) return undefined;
    const { device } = probe.told;
    const driver = device ? ` as ${device} was bound in a group in use` : '';
    scene.say({ type: 'BugHit', data: { what: `BUG_ON(vfio_group_nb_verify()) in drivers/vfio/vfio.c${driver}` } });
    return undefined;
  },
};

const remembered: Meaning = {
  says: 'nothing yet: which device it is about, for the return',
  tell: ({ fields }, scene) => {
    const device = scene.book.device(fields);
    if (device !== null) scene.book.learnDriver(fields.get('drvp'), scene.driverOf(device));
    return { device, driver: scene.book.driver(fields.get('drvp')) };
  },
};

export const driverCoreMeanings = {
  BindStarted: bindStarted,
  BindReturned: bindReturned,
  ProbeReturned: probeReturned,
  RemoveReturned: removeReturned,
  DriverCleared: driverCleared,
  UnbindEntered: unbindEntered,
  UnbindReturned: unbindReturned,
  BusNotified: busNotified('the bus told its listeners; UNBIND_DRIVER: an unbind began (UnbindStarted)', false),
  'BusNotified, DriverCleared': busNotified('as BusNotified, and UNBOUND_DRIVER: dev->driver is NULL', true),
  GroupNotified: {
    says: 'nothing yet: the frame that vfio_dev_viable is judged by',
    tell: ({ fields }) => ({ action: Number(fields.get('action')) }),
  },
  BugHit: bugHit,
  Remembered: remembered,
  Nothing: { says: 'nothing: the line is kept as it is' },
} satisfies Readonly<Record<string, Meaning>>;
