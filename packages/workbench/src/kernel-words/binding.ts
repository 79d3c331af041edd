import {
  bus,
  chosen,
  dd,
  deviceOf,
  driverCore,
  iommu,
  modules,
  orNull,
  otherOf,
  pci,
  type WordTable,
} from './words.ts';

/** bind.*, unbind.*, leave.*: the driver core, drivers/base/dd.c of v6.1. */
export const bindingWords: WordTable = {
  'bind.look': {
    in: bus('bus_rescan_devices_helper'),
    says: (step) => `reads ${deviceOf(step)}->driver = ${orNull(step.shown[deviceOf(step)])}`,
  },
  'bind.wake': {
    in: dd('deferred_probe_work_func'),
    says: (step) => `deferred_probe_work_func: takes ${deviceOf(step)}`,
  },
  'bind.lock': {
    in: ({ call }) => {
      if (call.kind !== 'bind') return dd('__device_attach');
      const { via } = call;
      return via === 'sysfs'
        ? dd('device_driver_attach')
        : dd(via === 'register' ? '__driver_attach' : '__device_attach');
    },
  },
  'bind.find': {
    in: dd('__driver_probe_device'),
    says: (step) => {
      const device = deviceOf(step);
      const isOver = step.next !== null && step.next !== 'bind.set';
      return `${device}->driver is ${orNull(step.before.devices[device]?.driver)}${isOver ? ': nothing to probe' : ''}`;
    },
  },
  'bind.set': {
    in: dd('really_probe'),
    says: (step) => `${deviceOf(step)}->driver = ${orNull(step.after.devices[deviceOf(step)]?.driver)}`,
  },
  'bind.pinctrl': {
    in: dd('really_probe'),
    says: (step) => chosen('pinctrl_bind_pins', deviceOf(step), step, 'EINVAL'),
  },
  'bind.firmware': {
    in: pci('pci_dma_configure'),
    says: (step) => chosen('of_dma_configure', deviceOf(step), step, 'ENODEV'),
  },
  'bind.sysfs': {
    in: dd('driver_sysfs_add'),
    says: (step) => chosen('driver_sysfs_add', deviceOf(step), step, 'ENOMEM'),
  },
  'bind.probe': {
    in: dd('really_probe', 'call_driver_probe'),
    says: (step) => chosen('call_driver_probe', deviceOf(step), step, 'ENODEV'),
  },
  'bind.test-remove': {
    in: dd('really_probe', 'device_remove'),
    says: (step) => `test_remove: device_remove(${deviceOf(step)})`,
  },
  'bind.groups': {
    in: dd('really_probe'),
    says: (step) => chosen('device_add_groups', deviceOf(step), step, 'ENOMEM'),
  },
  'bind.bound': { in: dd('driver_bound'), says: (step) => `driver_bound(${deviceOf(step)})` },
  'bind.next': {
    in: dd('__device_attach_driver'),
    says: ({ next }) => `__device_attach_driver: ${next === 'bind.set' ? 'tries the next driver' : 'no other driver'}`,
  },
  'bind.unlock': { in: dd('really_probe') },

  'unbind.look': {
    in: bus('unbind_store'),
    says: (step) =>
      `unbind_store: reads ${deviceOf(step)}->driver = ${orNull(step.shown[deviceOf(step)])}` +
      (step.next === 'unbind.lock' ? '' : ': -ENODEV'),
  },
  'unbind.lock': { in: dd('device_release_driver_internal') },
  'unbind.find': {
    in: dd('__device_release_driver'),
    says: (step) => {
      const driver = step.before.devices[deviceOf(step)]?.driver;
      return `${deviceOf(step)}->driver is ${orNull(driver)}${driver ? '' : ': nothing to unbind'}`;
    },
  },
  'unbind.remove': { in: dd('device_remove'), says: (step) => `device_remove(${deviceOf(step)})` },
  'unbind.removed': { in: dd('device_remove'), says: (step) => `device_remove(${deviceOf(step)}) returns` },
  'unbind.unlock': { in: dd('device_release_driver_internal') },

  'leave.clear': {
    in: dd('device_unbind_cleanup'),
    says: (step) => `${deviceOf(step)}->driver = NULL`,
  },

  'override.write': {
    in: driverCore('driver_set_override'),
    says: ({ call }) => {
      if (call.kind !== 'override') return [];
      return `driver_override(${call.device}) = ${orNull(call.driver)}`;
    },
  },
  'unload.free': {
    in: [...driverCore('driver_unregister'), ...modules('free_module')],
    says: ({ call }) => (call.kind === 'unload' ? `free_module(${call.driver})` : []),
  },

  'configure.skip': { in: iommu('__iommu_probe_device'), says: () => 'does not call dma_configure()' },
  'configure.flag': {
    in: pci('pci_dma_configure'),
    says: (step) => `pci_dma_configure: reads ${otherOf(step)}->driver = ${orNull(step.shown[otherOf(step)])}`,
  },
  'configure.test': {
    in: pci('pci_dma_configure'),
    says: (step) => `pci_dma_configure: reads it again = ${orNull(step.shown[otherOf(step)])}`,
  },
  'configure.read': {
    in: pci('pci_dma_configure'),
    says: (step) => `READ_ONCE(${otherOf(step)}->driver) = ${orNull(step.shown[otherOf(step)])}`,
  },
};
