import { domain, nobody, stage } from './codes.ts';
import type { Views } from './views.ts';

/** What a property looks at. */
export interface Sight extends Views {
  /** No task is inside a call. */
  readonly isQuiet: () => boolean;
}

/** A named sentence about every reachable state, with where it comes from. */
export interface Sentence {
  /** As domain/ownership.md numbers it. */
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly holds: (sight: Sight) => boolean;
}

const source = 'domain/ownership.md §4';

/** In probe() or bound. Not after: linux-6.1 gives back before dev->driver is cleared, and rightly so. */
const atWork: readonly number[] = [stage.probing, stage.probed, stage.bound];

const hasUser = ({ users }: Views): boolean => users.some((user) => user.owns);

export const ownerIsAlone: Sentence = {
  id: 'I1',
  name: 'a user owner never shares the group with a kernel driver',
  source,
  holds: (sight) =>
    !hasUser(sight) ||
    !sight.devices.some((device) => device.holds || (atWork.includes(device.stage) && device.usesDmaApi)),
};

export const countIsHolders: Sentence = {
  id: 'I2',
  name: 'the owner count is the number of claims',
  source,
  holds: ({ group, devices, users }) => {
    let claims = 0;
    if (group.owner === nobody) for (const device of devices) claims += device.holds ? 1 : 0;
    else for (const user of users) claims += user.owns ? 1 : 0;
    return group.ownerCount === claims;
  },
};

export const nothingLeaks: Sentence = {
  id: 'I4',
  name: 'a quiet group without holders has no owner, no count and the default domain',
  source,
  holds: (sight) => {
    const { group, devices } = sight;
    if (group.owner === nobody && group.ownerCount === 0 && group.domain === domain.default) return true;
    return devices.some((device) => device.holds) || hasUser(sight) || !sight.isQuiet();
  },
};
