import { domain, nobody, noDriver } from '../codes.ts';
import { isCounted } from '../knobs.ts';
import {
  acquire,
  attachAll,
  end,
  go,
  type Label,
  type Operation,
  refuse,
  release,
  type Steps,
  step,
  type Then,
  type UserPlace,
  warn,
} from '../operation.ts';
import { ownerCodeOf } from '../views.ts';
import { refusalOf } from './guards.ts';

const ownerCode = (place: UserPlace): number =>
  ownerCodeOf(place, place.knobs.ownerId, place.user.cookie, place.device.driver);

/** Does the user own the group already, and may it claim again? */
const isReentry = (place: UserPlace, isDevice: boolean): boolean => {
  const { knobs, group } = place;
  if (knobs.userReentry === 'refused' || (knobs.userReentry === 'per device' && !isDevice)) return false;
  return group.owner === ownerCode(place);
};

const domainFor = { unchanged: null, detached: domain.detached, blocking: domain.blocking } as const;

/** The domain that a group has while a user owns it and has attached none of its own (§2.7, detach). */
export const idleDomain = ({ knobs, group }: Pick<UserPlace, 'knobs' | 'group'>): number =>
  (group.hasExplicitOwner ? domainFor[knobs.domainOnClaim] : null) ?? group.defaultDomain;

/**
 * iommu_group_claim_dma_owner() and, for a device, iommu_device_claim_dma_owner(); drivers/iommu/iommu.c; §2.6 K1–K7.
 * A kernel without the second takes the first in its place.
 */
export const claimSteps = (
  place: UserPlace,
  op: 'claim' | 'claim-device',
  { granted, refused }: { readonly granted: Then; readonly refused: Then },
): Steps => {
  const { knobs, group, user, task } = place;
  const isDevice = op === 'claim-device' && knobs.userReentry === 'per device';
  const at = (what: string): Label => `${op}.${what}`;
  const idle = domainFor[knobs.domainOnClaim];
  return {
    ...(isRepeated(place) && { [askAt(op)]: step(() => at('lock')) }),
    [at('lock')]: acquire(place, group.mutex, () => {
      for (const other of place.tasks) other.isBehind = false;
      return at('check');
    }),
    [at('check')]: step(() => {
      if (knobs.ownerId !== 'cookie' && place.device.driver === noDriver) {
        return refuse(place, 'ENODEV', at('unlock'));
      }
      if (isReentry(place, isDevice)) {
        if (isCounted(knobs)) {
          group.ownerCount += 1;
          user.claims += 1;
        } else user.claims = 1;
        return at('unlock');
      }
      const reason = refusalOf(place);
      if (reason !== null) return refuse(place, reason, at('unlock'));
      return idle === null ? at('own') : at('block');
    }),
    ...(idle !== null && {
      [at('block')]: step(() => {
        if (idle === domain.detached)
          group.domain = idle; // and the hardware goes on with what it had: F-4
        else attachAll(place, idle);
        return at('own');
      }),
    }),
    [at('own')]: step(() => {
      group.owner = ownerCode(place);
      if (isCounted(knobs)) group.ownerCount = 1;
      user.claims = 1;
      return at('unlock');
    }),
    [at('unlock')]: release(place, group.mutex, () => go(task.errno === 0 ? granted : refused)),
  };
};

/**
 * iommu_group_release_dma_owner(), same file; §2.6. Of a group without an owner it warns and changes nothing. Where
 * claims are counted, the last one restores the default domain. A token is dropped whoever it names: "that ownership
 * can only change if that driver releases it" (4.b) takes the owner's word for it.
 */
export const releaseSteps = (place: UserPlace, op: 'release' | 'release-device', then: Then): Steps => {
  const { knobs, group, voice } = place;
  const isNested = knobs.userReentry === 'counted' || (knobs.userReentry === 'per device' && op === 'release-device');
  const at = (what: string): Label => `${op}.${what}`;
  return {
    [at('lock')]: acquire(place, group.mutex, at('disown')),
    [at('disown')]: step(() => {
      if (isCounted(knobs) && (group.ownerCount === 0 || group.owner === nobody)) {
        voice.mark('I5');
        warn(place, 'iommu_group_release_dma_owner: the group has no owner');
        place.user.claims = 0;
        return at('unlock');
      }
      if (isNested && group.ownerCount > 1) {
        group.ownerCount -= 1;
        place.user.claims -= 1;
        return at('unlock');
      }
      group.ownerCount = 0;
      group.owner = nobody;
      place.user.claims = 0;
      return at('restore');
    }),
    [at('restore')]: step(() => {
      if (knobs.domainOnClaim === 'detached' && group.domain !== domain.detached) {
        warn(place, 'iommu_group_release_dma_owner: a domain is still attached');
      } else attachAll(place, group.defaultDomain);
      return at('unlock');
    }),
    [at('unlock')]: release(place, group.mutex, then),
  };
};

/** Where tasks go on for ever it can be told whether a claim is being made, or not yet. */
const isRepeated = ({ scenario }: UserPlace): boolean => scenario.forever !== undefined;
const askAt = (op: string): Label => `ask.${op}`;

/** A claim by itself. A scheme without claims sets a container: see `viabilityClaim`. */
export const claimOperation = (place: UserPlace, op: 'claim' | 'claim-device'): Operation => ({
  entry: isRepeated(place) ? askAt(op) : `${op}.lock`,
  steps: claimSteps(place, op, { granted: end, refused: end }),
});

export const releaseOperation = (place: UserPlace, op: 'release' | 'release-device'): Operation => ({
  entry: `${op}.lock`,
  steps: releaseSteps(place, op, end),
});
