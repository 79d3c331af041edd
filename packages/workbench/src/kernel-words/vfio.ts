import {
  byVfio,
  deviceOf,
  groupOf,
  iommu,
  orNull,
  otherOf,
  vfio,
  vfioContainer,
  vfioMain,
  type WordTable,
} from './words.ts';

const setContainer = byVfio(vfio('vfio_group_set_container'), vfioContainer('vfio_container_attach_group'));
const unsetContainer = byVfio(vfio('__vfio_group_unset_container'), vfioContainer('vfio_group_detach_container'));
const setIommu = byVfio(vfio('vfio_ioctl_set_iommu'), vfioContainer('vfio_ioctl_set_iommu'));
const openDevice = byVfio(vfio('vfio_group_get_device_fd'), vfioMain('vfio_device_open'));
const viable = byVfio(vfio('vfio_group_viable', 'vfio_dev_viable'), vfioMain('vfio_device_open'));
const closeDevice = byVfio(vfio('vfio_device_fops_release'), vfioMain('vfio_device_fops_release'));
const closeGroup = byVfio(vfio('vfio_group_fops_release'), vfioMain('vfio_group_fops_release'));
const removeGroup = byVfio(vfio('vfio_unregister_group_dev'), vfioMain('vfio_device_remove_group'));

/** `container.lock` and the like refuse at once when the container is not the caller's. */
const refusal = (unlock: string, why: string) => ({
  says: ({ next }: { readonly next: string | null }) => (next === unlock ? `${why}: -EINVAL` : []),
});

/** container.*, iommu.*, open.*, close.*, remove.*: VFIO's group path. */
export const vfioWords: WordTable = {
  'container.group-lock': { in: setContainer },
  'container.lock': { in: setContainer, ...refusal('container.unlock', 'group->container is set') },
  'container.set': { in: setContainer, says: () => 'group->container = container' },
  'container.unlock': { in: setContainer },
  'container.group-unlock': { in: setContainer },
  'container.detach-lock': { in: iommu('iommu_detach_group') },
  'container.detach': {
    in: iommu('iommu_detach_group', '__iommu_detach_group'),
    says: (step) => `__iommu_detach_group: domain is ${groupOf(step.after).domain}`,
  },
  'container.detach-unlock': { in: iommu('iommu_domain_free'), says: () => 'iommu_domain_free(user)' },
  'container.clear': { in: unsetContainer, says: () => 'group->container = NULL' },

  'iommu.lock': { in: setIommu, ...refusal('iommu.unlock', 'another container') },
  'iommu.group-lock': { in: iommu('iommu_attach_group') },
  'iommu.attach': {
    in: iommu('iommu_attach_group', '__iommu_attach_group'),
    says: (step) => {
      const hasAttached = step.events.some(({ type }) => type === 'DomainAttached');
      return hasAttached ? '__iommu_attach_group(user)' : `domain is ${groupOf(step.before).domain}: -EBUSY`;
    },
  },
  'iommu.group-unlock': { in: iommu('iommu_attach_group') },
  'iommu.unlock': { in: setIommu },

  'open.container': {
    in: openDevice,
    says: ({ next }) => `group->container and its IOMMU ${next === 'open.lock' ? 'are set' : 'are not set: -EINVAL'}`,
  },
  'open.lock': { in: viable, ...refusal('open.unlock', 'no container with an IOMMU') },
  'open.look': {
    in: viable,
    says: (step) =>
      `vfio_dev_viable: reads ${otherOf(step)}->driver = ${orNull(step.shown[otherOf(step)])}` +
      (step.next === 'open.unviable' ? ': -EINVAL' : ''),
  },
  'open.viable': { in: viable },
  'open.unviable': { in: viable },
  'open.device': { in: openDevice, says: (step) => `vfio_device_open(${deviceOf(step)})` },
  'open.unlock': { in: openDevice },

  'close.device': { in: closeDevice, says: (step) => `vfio_device_fops_release(${deviceOf(step)})` },
  'close.group-lock': { in: closeGroup },
  'close.lock': { in: unsetContainer },
  'close.unlock': { in: unsetContainer },
  'close.group-unlock': { in: closeGroup },

  'remove.leave': { in: removeGroup, says: (step) => `list_del(${deviceOf(step)}->group_next)` },
  'remove.wait': { in: removeGroup, says: () => 'wait_event(container_q): it is gone' },
  'remove.group-lock': { in: removeGroup },
  'remove.lock': { in: unsetContainer },
  'remove.unlock': { in: unsetContainer },
  'remove.group-unlock': { in: removeGroup },
};
