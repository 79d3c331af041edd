import type { Fact, Timeline } from '@custody/trace';

/** A kind of fact that a probe of its own tells, e.g. `CallEntered use` or `LockReleased group`. */
type Kind = string;

/** Facts that no recording shows, or that say nothing about what the protocol did. */
const ignored: ReadonlySet<Fact['type']> = new Set([
  'StepTaken',
  'OwnerSet',
  'DomainAttached',
  'WarningRaised',
  'LockContended',
  'TaskBlocked',
]);

export const kindOf = (fact: Fact): Kind => {
  switch (fact.type) {
    case 'LockRequested':
    case 'LockAcquired':
    case 'LockReleased':
      return `${fact.type} ${fact.data.lock.split(':', 1)[0]}`;
    case 'CallEntered':
    case 'CallReturned':
      return `${fact.type} ${fact.data.op}`;
    case 'BusNotified':
      return `${fact.type} ${fact.data.event}`;
    default:
      return fact.type;
  }
};

/**
 * What a run can show: the kinds of fact that occur in it. A step of the model whose kinds never occur is taken for
 * one that no probe stood on; so a probe that was there and never hit cannot refute anything.
 */
export interface Seen {
  readonly shows: (fact: Fact) => boolean;
  readonly kinds: ReadonlySet<Kind>;
  /** Owner and count were read, or are told. */
  readonly readsOwner: boolean;
}

/** Kinds that come together: who shows one of them would show the other. */
const together: readonly (readonly [Kind, Kind])[] = [
  ['BusNotified BIND_DRIVER', 'BusNotified DRIVER_NOT_BOUND'],
  ['BusNotified BOUND_DRIVER', 'BusNotified DRIVER_NOT_BOUND'],
];

export const seenIn = (timeline: Timeline): Seen => {
  const kinds = new Set<Kind>(['BugHit']);
  let readsOwner = false;
  for (let index = 0; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    if (event.type === 'OwnerSet') readsOwner = true;
    else if (event.type !== 'LineKept' && !ignored.has(event.type)) kinds.add(kindOf(event));
  }
  for (const [one, other] of together) if (kinds.has(one)) kinds.add(other);
  return { kinds, readsOwner, shows: (fact) => !ignored.has(fact.type) && kinds.has(kindOf(fact)) };
};
