import { deferral, domain, presence } from '../codes.ts';
import {
  acquire,
  type DevicePlace,
  end,
  go,
  type Operation,
  type Place,
  refuse,
  release,
  type Steps,
  step,
  type Then,
  warn,
} from '../operation.ts';
import type { AddCall } from '../scenario.ts';
import { bindSteps } from './bind.ts';
import { isInUse } from './domains.ts';
import { joinSteps } from './join.ts';
import { unbindSteps } from './unbind.ts';

/** device_add(): on the bus, where drivers may match it; then ADD_DEVICE and its group; then autoprobe. §2.9. */
export const addOperation = (place: DevicePlace, call: AddCall): Operation => {
  const { group, device, voice } = place;
  return {
    entry: 'add.bus',
    steps: {
      'add.bus': step(() => {
        device.presence = presence.registered;
        device.isUnready = true;
        voice.notify(device, 'ADD_DEVICE');
        return 'add.probe-lock';
      }),
      'add.probe-lock': acquire(place, group.probeLock, 'join.lock'),
      ...joinSteps(place, 'add.probe-unlock'),
      'add.probe-unlock': release(place, group.probeLock, 'add.ready'),
      'add.ready': step(() => {
        device.isUnready = false;
        return call.drivers.length === 0 ? end : 'bind.lock';
      }),
      ...(call.drivers.length > 0 && bindSteps(place, { ...call, via: 'autoprobe' }, end)),
    },
  };
};

/** REMOVED_DEVICE: iommu_release_device() takes the device out of its group's list. */
const leaveSteps = (place: DevicePlace, then: Then): Steps => {
  const { group, device, devices, voice } = place;
  return {
    'del.group-lock': acquire(place, group.mutex, 'del.leave'),
    'del.leave': step(() => {
      device.presence = presence.absent;
      voice.notify(device, 'REMOVED_DEVICE');
      const isEmpty = !devices.some(({ isMember }) => isMember);
      if (isEmpty && (group.ownerCount > 0 || group.domain !== group.defaultDomain)) {
        warn(place, 'iommu_release_device: the last device leaves a group that is owned');
      }
      return 'del.group-unlock';
    }),
    'del.group-unlock': release(place, group.mutex, () => go(then)),
  };
};

/** device_del(): dead, unbound, out of its group. §2.9. */
export const removeOperation = (place: DevicePlace): Operation => {
  const { device, voice } = place;
  return {
    entry: 'del.lock',
    steps: {
      'del.lock': acquire(place, device.lock, 'del.kill'),
      'del.kill': step(() => {
        if (device.presence !== presence.member) return refuse(place, 'ENODEV', 'del.refuse');
        device.presence = presence.dead;
        return 'del.unlock';
      }),
      'del.refuse': release(place, device.lock, end),
      'del.unlock': release(place, device.lock, () => {
        voice.notify(device, 'DEL_DEVICE');
        return 'unbind.lock';
      }),
      ...unbindSteps(place, 'del.group-lock'),
      ...leaveSteps(place, end),
    },
  };
};

/** The IOMMU driver, registering late, brings the group its first default domain (F-14). */
export const setDefaultOperation = (place: Place): Operation => {
  const { group, devices, voice } = place;
  return {
    entry: 'set-default.lock',
    steps: {
      'set-default.lock': acquire(place, group.mutex, 'set-default.set'),
      'set-default.set': step(() => {
        if (devices.some(isInUse)) voice.mark('I12');
        group.defaultDomain = domain.default;
        group.domain = domain.default;
        for (const device of devices) device.hardware = domain.default;
        return 'set-default.unlock';
      }),
      'set-default.unlock': release(place, group.mutex, 'set-default.bound'),
      // The IOMMU driver is bound by then, and any bind lets the deferred probes run again.
      'set-default.bound': step(() => {
        for (const device of devices) if (device.deferred === deferral.pending) device.deferred = deferral.active;
        return end;
      }),
    },
  };
};
