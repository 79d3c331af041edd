import { busEvents } from '@custody/trace';
import { busNotifier, driverCore } from './driver-core.ts';
import { locks } from './locks.ts';
import type { Mapping } from './mapping.ts';
import { ownership } from './ownership.ts';
import { userSpace } from './user-space.ts';

/** BUS_NOTIFY_ADD_DEVICE is 1 (include/linux/device/bus.h, v5.10 to v6.1). */
export const busEventFromOne: Mapping['busEvent'] = (action) => busEvents[action - 1] ?? null;

/** The line of v5.19 to v6.8: the ownership calls are there; return probes show no arguments. */
export const linux61: Mapping = {
  id: 'linux-6.1',
  busEvent: busEventFromOne,
  rows: {
    ...locks,
    ...driverCore,
    ...ownership,
    ...userSpace,
    iommu_bus_notifier: busNotifier(busEventFromOne, 'device_release_driver_internal'),
  },
};
