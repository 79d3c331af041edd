import { domain, presence } from '../codes.ts';
import { acquire, type DevicePlace, release, type Steps, step, type Then, warn } from '../operation.ts';

/** The domain that a device which joins the group is translated with; iommu_probe_device(), §2.9. */
const domainOfNewcomer = ({ knobs, group }: DevicePlace): number => {
  const { domain: ofGroup, defaultDomain } = group;
  switch (knobs.hotplugDomain) {
    case 'group':
      return ofGroup === domain.detached ? defaultDomain : ofGroup;
    case 'group, then default':
      return defaultDomain;
    case 'group, then default unless owned':
      return group.hasExplicitOwner ? ofGroup : defaultDomain;
  }
};

/** A device that is on its bus joins its group, under the group's mutex: iommu_group_add_device(), §2.9. */
export const joinSteps = (place: DevicePlace, then: Then): Steps => {
  const { knobs, group, device } = place;
  return {
    'join.lock': acquire(place, group.mutex, 'join.add'),
    'join.add': step(() => {
      // Whoever came first has done it: iommu_probe_device() is called again and again.
      if (device.presence === presence.registered) {
        device.presence = presence.member;
        device.hardware = domainOfNewcomer(place);
        if (knobs.conflictAtBind === 'BUG' && group.container !== 0) {
          warn(place, 'vfio_iommu_group_notifier: a device was added to a group that user space has');
        }
      }
      return 'join.unlock';
    }),
    'join.unlock': release(place, group.mutex, then),
  };
};
