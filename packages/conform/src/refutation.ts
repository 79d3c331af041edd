import type { Fact, GroupId, LockId, TraceEvent } from '@custody/trace';
import type { Stuck } from './conforming.ts';
import type { Reasons } from './group-story.ts';
import type { Attempt } from './group-worlds.ts';
import type { Ownership, Reading } from './reading.ts';
import type { Repair } from './repairs.ts';
import type { World } from './world.ts';

/** Why a run cannot be what the variant did. */
export interface Refuted {
  readonly kind: 'refuted';
  readonly group: GroupId;
  readonly event: TraceEvent;
  /** What the run read as the group's mutex was let go, where that is the event. */
  readonly reading: Reading | null;
  /** How things may have stood just before, and what could have come instead; the first few. */
  readonly worlds: readonly RefutedWorld[];
  /** What would have made the event possible; the one that gets furthest comes first. */
  readonly repairs: readonly Repair[];
}
export interface RefutedWorld {
  readonly owner: string | null;
  readonly count: number;
  readonly domain: string;
  readonly instead: readonly Instead[];
}
/** What the model would have told in the place of the event, or what it waited for. */
export interface Instead {
  /** The step that tells it; null where its last step told it already. */
  readonly label: string | null;
  readonly told: Fact | null;
  readonly waitsFor: string | null;
  /** How the group would be read, where the run reads it. */
  readonly ownership: Ownership | null;
  /** What the step read, e.g. `owner_cnt 1, owner NULL`: its guard, with the values. */
  readonly readings: string;
  /** The task's steps just before, the last one first. */
  readonly after: readonly { readonly label: string; readonly readings: string }[];
}

const mostShown = 4;

/** The model calls its group by a name of its own: the fact as the run would tell it. */
const asTheRun = (fact: Fact, group: GroupId): Fact => {
  const { lock, group: own } = fact.data as { lock?: LockId; group?: GroupId | null };
  if (lock !== undefined && !lock.startsWith('device:') && lock.includes(':')) {
    return { ...fact, data: { ...fact.data, lock: `${lock.split(':', 1)[0]}:${group}` } } as Fact;
  }
  return own === undefined ? fact : ({ ...fact, data: { ...fact.data, group } } as Fact);
};

/** The steps of this task that brought it there, since nobody was at work. */
const stepsBefore = ({ world, slot }: Attempt): Instead['after'] => {
  const after: { label: string; readings: string }[] = [];
  for (let one = world.trail; one !== null && after.length < mostShown; one = one.before) {
    if (one.slot === slot) after.push({ label: one.label, readings: one.readings });
  }
  return after;
};

/** Whether `later` came of `earlier` by steps that no line shows. */
const cameOf = (later: World, earlier: World): boolean => {
  for (let one = later.trail; one !== null; one = one.before) if (one === earlier.trail) return true;
  return later.trail === earlier.trail;
};

const insteadIn = (world: World, attempts: readonly Attempt[], group: GroupId): readonly Instead[] => {
  const found = new Map<string, Instead>();
  for (const attempt of attempts.filter((one) => cameOf(one.world, world))) {
    const { label, readings, ownership } = attempt;
    const waitsFor = attempt.waitsFor?.replace(/^([a-z-]+):1,/, `$1:${group},`) ?? null;
    const told = attempt.told === null ? null : asTheRun(attempt.told, group);
    const key = JSON.stringify([label, told, waitsFor, ownership]);
    if (!found.has(key)) found.set(key, { label, told, waitsFor, ownership, readings, after: stepsBefore(attempt) });
  }
  return [...found.values()].slice(0, mostShown);
};

/** What the model told, as facts: what it told in place of the event in any of the worlds. */
export const toldInstead = ({ attempts }: Reasons, group: GroupId): readonly Fact[] => {
  const told = attempts.flatMap(({ told: fact }) => (fact === null ? [] : [asTheRun(fact, group)]));
  return [...new Map(told.map((fact) => [JSON.stringify(fact), fact])).values()];
};

const worldsOf = ({ story, group }: Stuck, { worlds, attempts }: Reasons): readonly RefutedWorld[] =>
  worlds.slice(0, mostShown).map((world) => {
    const { owner, count, domain } = story.worlds.ownershipIn(world);
    return { owner, count, domain, instead: insteadIn(world, attempts, group) };
  });

export const refutation = (stuck: Stuck, event: TraceEvent, reasons: Reasons, repairs: readonly Repair[]): Refuted => ({
  kind: 'refuted',
  group: stuck.group,
  event,
  reading: reasons.reading,
  worlds: worldsOf(stuck, reasons),
  repairs,
});
