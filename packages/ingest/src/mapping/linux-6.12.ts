import { busEvents } from '@custody/trace';
import { busNotifier } from './driver-core.ts';
import { linux61 } from './linux-6.1.ts';
import type { Mapping } from './mapping.ts';

/** BUS_NOTIFY_ADD_DEVICE is 0: an enum now (include/linux/device/bus.h, read in 6.12.117). */
const busEventFromZero: Mapping['busEvent'] = (action) => busEvents[action] ?? null;

/**
 * v6.9 and later, which differs from 6.1 in its notifier numbers. Return probes show entry arguments there, so `gacq` and
 * `dacq` name their lock and read the group.
 * The fprobe twins `use`, `unuse` and `claim` stand on functions that kprobes already tell of: kept verbatim.
 */
export const linux612: Mapping = {
  id: 'linux-6.12',
  busEvent: busEventFromZero,
  rows: {
    ...linux61.rows,
    iommu_bus_notifier: busNotifier(busEventFromZero, 'device_release_driver_internal'),
  },
};
