import { busNotifier, reallyProbe510, releaseDriver, returned } from './driver-core.ts';
import { busEventFromOne, linux61 } from './linux-6.1.ts';
import type { Mapping, Row } from './mapping.ts';

/**
 * drivers/vfio/vfio.c (v5.10): vfio_iommu_group_notifier answers BOUND_DRIVER with
 * BUG_ON(vfio_group_nb_verify()), which is vfio_dev_viable() when the group has users. So a vfio_dev_viable that
 * fails straight under that notifier is the BUG; under iommu_group_for_each_dev it is only "not viable".
 */
const devViable: Row = {
  enter: (probe, scene) => ({ device: scene.book.device(probe.fields) }),
  leave: (probe, scene, { device }) => {
    const caller = scene.frames().at(-1);
    if (returned(probe) >= 0 || caller?.on !== 'vfio_iommu_group_notifier' || caller.action !== groupBoundDriver)
      return;
    const driver = device ? ` as ${device} was bound in a group in use` : '';
    scene.say({ type: 'BugHit', data: { what: `BUG_ON(vfio_group_nb_verify()) in drivers/vfio/vfio.c${driver}` } });
  },
};

/** IOMMU_GROUP_NOTIFY_BOUND_DRIVER (include/linux/iommu.h, v5.10). */
const groupBoundDriver = 4;

/** Before the ownership API: no owner and no count to read, `viable` instead; no probe on the clearing of driver. */
export const linux510: Mapping = {
  id: 'linux-5.10',
  busEvent: busEventFromOne,
  rows: {
    ...linux61.rows,
    really_probe: reallyProbe510,
    __device_release_driver: releaseDriver,
    iommu_bus_notifier: busNotifier(busEventFromOne, '__device_release_driver', true),
    vfio_iommu_group_notifier: { enter: ({ fields }) => ({ action: Number(fields.get('action')) }) },
    vfio_dev_viable: devViable,
  },
};

/** v5.14 to v5.18: really_probe says 0 for bound, as ever since; still no ownership API. */
export const linux514: Mapping = {
  ...linux510,
  id: 'linux-5.14',
  rows: { ...linux510.rows, really_probe: linux61.rows['really_probe'] ?? {} },
};
