import {
  dmaApiOwner,
  evolve,
  type GroupId,
  groupLock,
  initialWorld,
  type Position,
  position,
  type RunHeader,
  type Timeline,
  type TraceEvent,
  type World,
} from '@custody/trace';
import type { Pair } from './compare-runs.ts';

/** Who has a quiet group: nobody, or the kernel's DMA API though none of its drivers is there, however a scheme says so. */
export type Holder = 'free' | 'the DMA API';

/** A stretch of two runs in which a quiet group is another's on either side. */
export interface OwnershipParting {
  readonly group: GroupId;
  readonly left: { readonly holder: Holder; readonly since: Position };
  readonly right: { readonly holder: Holder; readonly since: Position };
  /** Of how many matched events it is so; null until the end of the runs. */
  readonly until: { readonly left: Position; readonly right: Position } | null;
  /** What one side did to the group and the other did not, last before it; null when nothing tells. */
  readonly cause: { readonly side: 'left' | 'right'; readonly at: Position; readonly event: TraceEvent } | null;
}

type Side = { readonly header: Pick<RunHeader, 'topology'>; readonly timeline: Timeline };

const holderOf = (world: World, id: GroupId): Holder | null => {
  const group = world.groups[id];
  if (group === undefined || group.ownerCount === null) return null;
  if (group.owner === dmaApiOwner) return 'the DMA API';
  // Who claims when is the users' affair.
  if (group.owner !== null) return null;
  return group.ownerCount > 0 ? 'the DMA API' : 'free';
};

/** Nobody changes it now, nor uses it by the DMA API: its mutex is free, each device unbound or with a driver of its own. */
const isQuiet = (world: World, id: GroupId): boolean =>
  world.locks[groupLock(id)] === undefined &&
  (world.groups[id]?.devices ?? []).every((id) => {
    const device = world.devices[id];
    return device === undefined || device.phase === 'unbound' || (device.phase === 'bound' && device.managed === true);
  });

/** A run's world, moved on to later and later positions. */
const walker = ({ header, timeline }: Side) => {
  let world = initialWorld(header.topology);
  let at = 0;
  return (to: number): World => {
    for (; at < to; at += 1) world = evolve(world, timeline.at(at));
    return world;
  };
};

/** Matched events that rise on both sides; an event of a task that ran earlier on the right says nothing of a place. */
const rising = (pairs: readonly Pair[]): readonly Pair[] => {
  let last = -1;
  return pairs.filter(([, right]) => {
    if (right <= last) return false;
    last = right;
    return true;
  });
};

const isAbout = (event: TraceEvent, group: GroupId, devices: ReadonlySet<string>): boolean => {
  switch (event.type) {
    case 'OwnerSet':
      return event.data.group === group;
    case 'SiblingSeen':
      return event.data.keeps && devices.has(event.data.device);
    default:
      return false;
  }
};

/** The last event in a stretch of a run that decided about the group: a sibling that was seen and kept, before a write. */
const decisionIn = (side: Side, group: GroupId, from: number, to: number) => {
  const members = side.header.topology.groups.find(({ id }) => id === group)?.devices ?? [];
  const devices = new Set<string>(members.map(({ id }) => id));
  let found: { readonly at: Position; readonly event: TraceEvent } | null = null;
  for (let index = to - 1; index >= from; index -= 1) {
    const event = side.timeline.at(index);
    if (!isAbout(event, group, devices)) continue;
    if (event.type === 'SiblingSeen') return { at: position(index), event };
    found ??= { at: position(index), event };
  }
  return found;
};

interface Stretch {
  readonly group: GroupId;
  readonly since: Pair;
  readonly equal: Pair;
  readonly holders: readonly [Holder, Holder];
  until: Pair | null;
  pairs: number;
}

/** Shorter ones are how two schemes go about the same, e.g. who clears dev->driver first. */
const fewestPairs = 3;

/**
 * The first stretch of two runs that lasts, in which a group is in other hands though nobody is at work on it: what a leak looks like
 * beside a run that has none. Null when there is none.
 *
 * @param pairs - matched events, in the order of the left.
 */
export const ownershipParting = (left: Side, right: Side, pairs: readonly Pair[]): OwnershipParting | null => {
  const [mine, theirs] = [walker(left), walker(right)];
  const groups = left.header.topology.groups.map(({ id }) => id);
  const open = new Map<GroupId, Stretch>();
  const equal = new Map<GroupId, Pair>();
  const found: Stretch[] = [];
  for (const pair of rising(pairs)) {
    const [one, other] = [mine(pair[0]), theirs(pair[1])];
    for (const group of groups) {
      const stretch = open.get(group);
      if (!isQuiet(one, group) || !isQuiet(other, group)) {
        if (stretch !== undefined) stretch.pairs += 1;
        continue;
      }
      const holders = [holderOf(one, group), holderOf(other, group)] as const;
      if (holders[0] === null || holders[1] === null) continue;
      if (holders[0] === holders[1]) {
        equal.set(group, pair);
        if (stretch !== undefined) stretch.until = pair;
        open.delete(group);
      } else if (stretch === undefined) {
        const begun: Stretch = {
          group,
          since: pair,
          equal: equal.get(group) ?? [position(0), position(0)],
          holders: [holders[0], holders[1]],
          until: null,
          pairs: 1,
        };
        open.set(group, begun);
        found.push(begun);
      } else stretch.pairs += 1;
    }
  }
  const first = found.find((stretch) => stretch.pairs >= fewestPairs);
  if (first === undefined) return null;
  const { group, since, equal: before, holders, until } = first;
  const ofRight = decisionIn(right, group, before[1], since[1]);
  const ofLeft = decisionIn(left, group, before[0], since[0]);
  const side = ofRight !== null && (ofRight.event.type === 'SiblingSeen' || ofLeft === null) ? 'right' : 'left';
  const decision = side === 'right' ? ofRight : ofLeft;
  return {
    group,
    left: { holder: holders[0], since: since[0] },
    right: { holder: holders[1], since: since[1] },
    until: until === null ? null : { left: until[0], right: until[1] },
    cause: decision === null ? null : { side, ...decision },
  };
};
