import { overtakenMarks } from '../cases.ts';
import { dmaApi, domain, errno, nobody } from '../codes.ts';
import {
  acquire,
  type DevicePlace,
  go,
  type Label,
  refuse,
  release,
  type Steps,
  step,
  type Then,
} from '../operation.ts';
import { isRefusedUse, refusalOf } from './guards.ts';

/** What a claim writes down; nothing is written for a device that is in no group. */
const record = ({ knobs, group, device, voice }: DevicePlace): void => {
  if (knobs.claimRecord === 'token') {
    if (group.owner === nobody) group.owner = dmaApi;
    return;
  }
  group.ownerCount += 1;
  if (device.holds) voice.mark('I5');
  device.remembers = true;
};

/** Where a claim goes when it is over. */
export interface UseExits {
  readonly claimed: Then;
  readonly refused: Then;
  /** Whether the claim is the device's own; a claim made for no driver at all is nobody's. Default: it is. */
  readonly isOwn?: () => boolean;
}

/** Enters the claim. Of a device in no group it "succeeds" at once, and leaves no record [U0]. */
export const enterUse = ({ device }: DevicePlace, { claimed }: Pick<UseExits, 'claimed'>): Label => {
  if (device.isMember) return 'use.lock';
  device.holdUnrecorded();
  return go(claimed);
};

/**
 * A kernel driver's claim: iommu_device_use_default_domain(), drivers/iommu/iommu.c; §2.3 U1–U4. With a token instead
 * of a count: "it finds the group already DMA-API-owned as it wanted and all is well" (2.a.i of the seed mail).
 */
export const useSteps = (place: DevicePlace, { claimed, refused, isOwn = () => true }: UseExits): Steps => {
  const { knobs, group, device, task } = place;
  const defers = knobs.lateDefaultDomain === 'deferred';
  return {
    'use.lock': acquire(place, group.mutex, 'use.check'),
    'use.check': step(() => {
      if (defers && group.defaultDomain === domain.detached) return refuse(place, 'EPROBE_DEFER', 'use.unlock');
      if (isRefusedUse(place)) return refuse(place, 'EBUSY', 'use.unlock');
      if (refusalOf(place) === null && task.isBehind && place.hasWaitingClaim())
        place.voice.mark(overtakenMarks.outrun);
      record(place);
      if (isOwn()) device.holds = true;
      else place.voice.mark('I5'); // nobody will give it back
      return 'use.unlock';
    }),
    'use.unlock': release(place, group.mutex, () => go(task.errno === errno.OK ? claimed : refused)),
  };
};
