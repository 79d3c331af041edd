import {
  type BruteDevice,
  type BruteWorld,
  counts,
  groupLock,
  isHarmless,
  isOwned,
  membersOf,
  someoneOwns,
  usesDmaApi,
} from './brute-force-world.testing.ts';
import type { Knobs } from './knobs.ts';

/** What the invariants of domain/ownership.md §4 say about the world of brute-force-world.testing.ts. */

/** Is the world at rest so far that an invariant may be asked? */
interface Moment {
  readonly isQuiet: boolean;
}
type Law = (world: BruteWorld, knobs: Knobs, moment: Moment) => boolean;

const holders = (world: BruteWorld): number => membersOf(world).filter(({ holds }) => holds).length;
const isOpen = ({ locks }: BruteWorld): boolean => locks[groupLock] === undefined;
/** Before driver_managed_dma, a driver of VFIO's was known by being on VFIO's list. */
const worksByDmaApi = ({ claimRecord }: Knobs, device: BruteDevice): boolean =>
  device.atWork && usesDmaApi(device) && !(claimRecord === 'none' && isHarmless(device));
const isAlone = (world: BruteWorld): boolean => membersOf(world).length === 1;

/** For the states. I9, I12 and I13 are about steps, and I5 says what a release does: the calls report them. */
const laws: Readonly<Record<string, Law>> = {
  I1: (world, knobs) =>
    !someoneOwns(world) || membersOf(world).every((device) => !device.holds && !worksByDmaApi(knobs, device)),
  I2: (world, knobs) => {
    if (!counts(knobs) || !isOpen(world)) return true;
    const claims = Object.values(world.users).reduce((sum, user) => sum + user.claims, 0);
    return world.group.count === (world.group.owner === null ? holders(world) : claims);
  },
  I3: (world, knobs) => {
    if (knobs.claimRecord === 'none' || !isOpen(world)) return true;
    const { owner, count } = world.group;
    if (someoneOwns(world) && owner === null) return false;
    const isNeeded = someoneOwns(world) || membersOf(world).some(({ isRecorded }) => isRecorded);
    return !isNeeded || (counts(knobs) ? count > 0 : owner !== null);
  },
  I4: (world, _, { isQuiet }) => {
    const { owner, count, domain, defaultDomain } = world.group;
    // A driver's own domain stays when the driver has no claim: that is not the protocol's to clean.
    const isClean = owner === null && count === 0 && (domain === defaultDomain || domain === 'own');
    return isClean || world.vfio.isStopped || !isQuiet || holders(world) > 0 || someoneOwns(world);
  },
  I6: (world, knobs) => {
    if (!isOpen(world)) return true;
    const { defaultDomain } = world.group;
    const isUsers = someoneOwns(world) && (isOwned(world) || world.vfio.hasIommu);
    return membersOf(world).every((device) => {
      const { hardware, holds } = device;
      if (isUsers && hardware !== 'blocking' && hardware !== 'user') return false;
      if (!holds && !worksByDmaApi(knobs, device)) return true;
      return hardware === defaultDomain || (hardware === 'own' && isAlone(world));
    });
  },
  I7: (world) => !isOpen(world) || membersOf(world).every(({ hardware }) => hardware === world.group.domain),
  I8: ({ users }) => Object.values(users).filter(({ owns }) => owns).length <= 1,
};

/** The invariants that do not hold now, and those that the step just made has broken. */
export const brokenIn = (world: BruteWorld, knobs: Knobs, moment: Moment): readonly string[] => [
  ...Object.keys(laws).filter((id) => laws[id]?.(world, knobs, moment) === false),
  ...world.broken,
];
