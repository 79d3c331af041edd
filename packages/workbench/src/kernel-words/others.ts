import { core, dd, deviceOf, groupOf, iommu, type WordTable } from './words.ts';

const storeType = iommu('iommu_group_store_type');
const change = iommu('iommu_change_dev_def_domain');

/** add.*, join.*, del.*: hotplug. store-type.*, set-default.*: another default domain for the group. */
export const otherWords: WordTable = {
  'add.bus': { in: core('device_add'), says: (step) => `bus_add_device(${deviceOf(step)})` },
  'add.probe-lock': { in: iommu('iommu_probe_device') },
  'add.probe-unlock': { in: iommu('iommu_probe_device') },
  'add.ready': { in: core('device_add'), says: (step) => `bus_probe_device(${deviceOf(step)})` },

  'join.probe-lock': { in: iommu('iommu_probe_device') },
  'join.probe-unlock': { in: iommu('iommu_probe_device') },
  'join.lock': { in: iommu('iommu_probe_device') },
  'join.add': {
    in: iommu('iommu_probe_device', 'iommu_group_add_device'),
    says: (step) =>
      `iommu_group_add_device(${deviceOf(step)})` +
      (step.before.devices[deviceOf(step)]?.group == null ? '' : ': it is in it already'),
  },
  'join.unlock': { in: iommu('iommu_probe_device') },

  'del.lock': { in: core('device_del') },
  'del.kill': { in: core('kill_device'), says: (step) => `kill_device(${deviceOf(step)})` },
  'del.refuse': { in: core('device_del') },
  'del.unlock': { in: core('device_del') },
  'del.group-lock': { in: iommu('iommu_release_device') },
  'del.leave': { in: iommu('iommu_release_device'), says: (step) => `iommu_release_device(${deviceOf(step)})` },
  'del.group-unlock': { in: iommu('iommu_release_device') },

  'store-type.lock': { in: storeType },
  'store-type.device-lock': { in: storeType },
  'store-type.relock': { in: change },
  'store-type.switch': {
    in: change,
    says: (step) => `group->default_domain = ${groupOf(step.after).domain}`,
  },
  'store-type.unlock': { in: storeType },
  'store-type.device-unlock': { in: storeType },

  'set-default.lock': { in: iommu('bus_iommu_probe') },
  'set-default.set': { in: iommu('bus_iommu_probe'), says: () => 'group->default_domain = default' },
  'set-default.unlock': { in: iommu('bus_iommu_probe') },
  'set-default.bound': { in: dd('driver_deferred_probe_trigger'), says: () => 'driver_deferred_probe_trigger()' },
};
