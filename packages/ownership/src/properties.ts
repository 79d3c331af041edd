import { domain, nobody } from './codes.ts';
import { isCounted, type Knobs } from './knobs.ts';
import { isRefusedUse, refusalOf } from './operations/guards.ts';
import { isVfio, type Views } from './views.ts';

/** What a property looks at. */
export interface Sight extends Views {
  readonly knobs: Knobs;
}

/**
 * A named sentence, with where it comes from. Its id is domain/ownership.md's, and the mark by which a step says that
 * it has just broken it.
 */
export interface Sentence {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** The schemes that it says something about. Default: all. */
  readonly appliesTo?: (knobs: Knobs) => boolean;
  /** What it says of every reachable state; absent when only steps can break it. */
  readonly holds?: (sight: Sight) => boolean;
  /**
   * It says nothing of a state that is still being changed: `settled`, while somebody is inside the group's mutex;
   * `quiet`, while a task is inside a call. Default: it is about every state.
   */
  readonly when?: 'settled' | 'quiet';
}

const source = 'domain/ownership.md §4';

type Devices = Views['devices'];

const hasUser = ({ users }: Views): boolean => {
  for (const user of users) if (user.owns) return true;
  return false;
};
/** A member whose driver holds a claim, written down or not. */
const hasHolder = (devices: Devices): boolean => {
  for (const device of devices) if (device.holds && device.isMember) return true;
  return false;
};
const worksByDmaApi = ({ knobs }: Sight, device: Devices[number]): boolean =>
  device.isWorking &&
  device.isMember &&
  // Before driver_managed_dma a driver of VFIO's was known by being on VFIO's list.
  !(knobs.claimRecord === 'none' && isVfio(device.driver));
const isSingleton = (devices: Devices): boolean => devices.filter(({ isMember }) => isMember).length === 1;

/** The fifteen invariants, in order, and the obligation that case 4.b rests on. */
export const sentences: readonly Sentence[] = [
  {
    id: 'I1',
    name: 'a user owner never shares the group with a kernel driver',
    source,
    holds: (sight) => {
      if (!hasUser(sight)) return true;
      for (const device of sight.devices) {
        if ((device.holds && device.isMember) || worksByDmaApi(sight, device)) return false;
      }
      return true;
    },
  },
  {
    id: 'I2',
    name: 'the owner count is the number of claims',
    source,
    appliesTo: isCounted,
    when: 'settled',
    holds: ({ group, devices, users }) => {
      let claims = 0;
      if (group.owner === nobody) for (const device of devices) claims += device.holds && device.isMember ? 1 : 0;
      else for (const user of users) claims += user.claims;
      return group.ownerCount === claims;
    },
  },
  {
    id: 'I3',
    name: 'ownership is not dropped while somebody holds it',
    source,
    appliesTo: ({ claimRecord }) => claimRecord !== 'none',
    when: 'settled',
    holds: (sight) => {
      const { group, devices, knobs } = sight;
      const isOwned = isCounted(knobs) ? group.ownerCount > 0 : group.owner !== nobody;
      if (hasUser(sight)) return isOwned && group.owner !== nobody;
      for (const device of devices) if (device.isRecorded && device.isMember) return isOwned;
      return true;
    },
  },
  {
    id: 'I4',
    name: 'a quiet group without holders has no owner, no count and the default domain',
    source,
    when: 'quiet',
    holds: (sight) => {
      const { group, devices } = sight;
      if (group.owner === nobody && group.ownerCount === 0 && group.domain === group.defaultDomain) return true;
      if (group.bug || (group.domain === domain.own && group.owner === nobody && group.ownerCount === 0)) return true;
      return hasHolder(devices) || hasUser(sight);
    },
  },
  {
    id: 'I5',
    name: 'every claim is released once, and a failed probe leaves none behind',
    source,
    appliesTo: isCounted,
  },
  {
    id: 'I6',
    name: 'a user owner translates with its own or the blocking domain, a kernel driver with the default one',
    source,
    when: 'settled',
    holds: (sight) => {
      const { group, devices } = sight;
      const isUsers = hasUser(sight) && (group.hasExplicitOwner || group.iommuSet);
      for (const device of devices) {
        if (!device.isMember) continue;
        const { hardware } = device;
        if (isUsers && hardware !== domain.blocking && hardware !== domain.user) return false;
        if (!device.holds && !worksByDmaApi(sight, device)) continue;
        if (hardware !== group.defaultDomain && !(hardware === domain.own && isSingleton(devices))) return false;
      }
      return true;
    },
  },
  {
    id: 'I7',
    name: 'every device of the group is translated with the domain of the group',
    source,
    when: 'settled',
    holds: (sight) => {
      for (const device of sight.devices) if (device.isMember && device.hardware !== sight.group.domain) return false;
      return true;
    },
  },
  {
    id: 'I8',
    name: 'a group has one user owner at a time',
    source,
    holds: ({ users }) => {
      let owners = 0;
      for (const user of users) if (user.owns) owners += 1;
      return owners < 2;
    },
  },
  { id: 'I9', name: 'a bind that conflicts with a user owner does not reach probe()', source },
  { id: 'I10', name: 'locks are taken in order, and no device_lock under the group mutex', source },
  {
    id: 'I11',
    name: 'nobody waits for ever; a group without holders can be claimed by a user, and used by a kernel driver',
    source,
    when: 'quiet',
    holds: (sight) => {
      if (sight.group.bug || sight.group.domain === domain.own) return true;
      if (hasHolder(sight.devices) || hasUser(sight)) return true;
      return (sight.knobs.userGuard === 'viability' || refusalOf(sight) === null) && !isRefusedUse(sight);
    },
  },
  { id: 'I12', name: 'the default domain is not replaced while somebody uses the group', source },
  { id: 'I13', name: 'no freed domain and no freed driver is used', source },
  { id: 'I14', name: 'root cannot make the kernel warn or stop', source },
  { id: 'I15', name: 'dev->driver is written under the device_lock only', source },
  {
    id: 'O1',
    name: 'a driver that owns the group does not leave its last device before the group is released',
    source: 'domain/ownership.md §3, case 4.b',
  },
];

/** The sentences that say something about a scheme with these knobs. */
export const sentencesOf = (knobs: Knobs): readonly Sentence[] =>
  sentences.filter(({ appliesTo }) => appliesTo?.(knobs) ?? true);
