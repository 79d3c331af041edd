import { type Anchor, type Anchors, anchorsIn, type MeaningKey, type Place } from '@custody/annotations';
import { compareRuns, type Episode, episodesOf } from '@custody/compare';
import { objectOf, type Position, position, sharedRolesOf, type Timeline } from '@custody/trace';
import type { Run } from './open-run.ts';

/**
 * How surely a place was found in another recording, surest first: the same event with the same neighbours, as the n-th
 * of as many; the n-th of as many; the only one between the same neighbours; the event that the comparison of the two
 * runs pairs it with; in the n-th of as many episodes of the same kind and result; in the n-th of another number.
 */
const sureties = ['exact', 'counted', 'neighbours', 'aligned', 'episode', 'nth'] as const;
export type CarriedBy = (typeof sureties)[number];

const isSurer = (one: CarriedBy, other: CarriedBy): boolean => sureties.indexOf(one) < sureties.indexOf(other);
const lessSure = (one: CarriedBy, other: CarriedBy): CarriedBy => (isSurer(one, other) ? other : one);

/** Where a note or mark is to be in the other run, or why it is nowhere there. */
export type Carried<Said> = { readonly said: Said } & (
  | { readonly anchor: Anchor; readonly by: CarriedBy; readonly why: null }
  | { readonly anchor: null; readonly by: null; readonly why: string }
);

type Placed = Landing | { readonly why: string };

/** A run with what its places are told by. */
interface Side {
  readonly run: Run;
  readonly anchors: Anchors;
  /** The innermost episode of its task that the event before a position is in. */
  readonly episodeAt: (at: Position) => Episode | undefined;
  readonly natureOf: Nature;
  /** Episodes of one nature, in the order of their ends. */
  readonly alike: (nature: string) => readonly Episode[];
  /** Where there are events of one meaning outside any episode. */
  readonly outside: (key: MeaningKey) => readonly Position[];
}

/** What an episode is, of whom, and how it ended. */
type Nature = (episode: Episode) => string;

/** The innermost episode of each event's task, by the event's number. */
const homesOf = (timeline: Timeline, episodes: readonly Episode[]): readonly (Episode | undefined)[] => {
  const homes = new Array<Episode | undefined>(timeline.length);
  const outerFirst = episodes.toSorted((one, other) => one.from - other.from || other.position - one.position);
  for (const episode of outerFirst) {
    for (let index: number = episode.from; index < episode.position; index += 1) {
      if (timeline.at(index).task === episode.task) homes[index] = episode;
    }
  }
  return homes;
};

const sideOf = (run: Run): Side => {
  const { header, timeline } = run;
  const episodes = episodesOf(header, timeline);
  const homes = homesOf(timeline, episodes);
  const anchors = anchorsIn(timeline);
  const roleOf = sharedRolesOf(timeline);
  const natureOf: Nature = ({ task, kind, result }) => JSON.stringify([roleOf(task), kind, result]);
  const byNature = Map.groupBy(episodes, natureOf);
  const homeless = Map.groupBy(
    Array.from({ length: timeline.length }, (_, index) => position(index + 1)).filter(
      (at) => homes[at - 1] === undefined,
    ),
    (at) => anchors.keyAt(at),
  );
  return {
    run,
    anchors,
    episodeAt: (at) => homes[at - 1],
    natureOf,
    alike: (nature) => byNature.get(nature) ?? [],
    outside: (key) => homeless.get(key) ?? [],
  };
};

/** Which event of the other run the comparison pairs each with. */
const pairsOf = (from: Run, to: Run): ((at: Position) => Position | undefined) => {
  let pairs: ReadonlyMap<number, Position> | undefined;
  return (at) => {
    pairs ??= new Map(compareRuns(from, to).pairs);
    const before = pairs.get(at - 1);
    return before === undefined ? undefined : position(before + 1);
  };
};

/** Positions just after the events of an episode that mean `key`. */
const eventsLike = ({ run, anchors }: Side, { task, from, position: end }: Episode, key: MeaningKey): Position[] => {
  const found: Position[] = [];
  for (let index: number = from; index < end; index += 1) {
    const at = position(index + 1);
    if (anchors.keyAt(at) === key && run.timeline.at(index).task === task) found.push(at);
  }
  return found;
};

/**
 * Events that may stand for each other: of one meaning, each the `which`-th such event of an episode of one nature; or
 * outside any episode.
 */
interface Class {
  readonly key: MeaningKey;
  readonly nature: string | undefined;
  readonly which: number;
  /** What it is, for people. */
  readonly what: string;
}

const classOf = (side: Side, at: Position): Class => {
  const key = side.anchors.keyAt(at) as MeaningKey;
  const episode = side.episodeAt(at);
  if (episode === undefined) return { key, nature: undefined, which: 0, what: 'event like it outside any episode' };
  const what = `"${episode.kind}" by its role that ended with ${episode.result}`;
  return { key, nature: side.natureOf(episode), which: eventsLike(side, episode, key).indexOf(at), what };
};

const membersOf = (side: Side, { key, nature, which }: Class): readonly Position[] =>
  nature === undefined
    ? side.outside(key)
    : side.alike(nature).flatMap((one) => eventsLike(side, one, key)[which] ?? []);

interface Landing {
  readonly at: Position;
  readonly by: CarriedBy;
}

/** The members of a class that are told surely, each for one of the other side; of two for the same, the surer. */
const sureLandings = (
  members: readonly Position[],
  sure: (at: Position) => Landing | undefined,
): Map<Position, Landing> => {
  const landings = new Map<Position, Landing>();
  const claimants = new Map<Position, Position>();
  for (const member of members) {
    const landing = sure(member);
    if (landing === undefined) continue;
    const rival = claimants.get(landing.at);
    if (rival !== undefined && !isSurer(landing.by, (landings.get(rival) as Landing).by)) continue;
    if (rival !== undefined) landings.delete(rival);
    landings.set(member, landing);
    claimants.set(landing.at, member);
  }
  return landings;
};

/** Where each member of a class goes: the sure ones, then the rest in their order, episode by episode. */
const landingsOf = (
  of: Class,
  [mine, theirs]: readonly [readonly Position[], readonly Position[]],
  sure: (at: Position) => Landing | undefined,
): ReadonlyMap<Position, Landing> => {
  const landings = sureLandings(mine, sure);
  if (of.nature === undefined) return landings;
  const taken = new Set([...landings.values()].map(({ at }) => at));
  const free = theirs.filter((at) => !taken.has(at));
  const rest = mine.filter((at) => !landings.has(at));
  const by = mine.length === theirs.length ? 'episode' : 'nth';
  for (const [number, member] of rest.entries()) {
    const at = free[number];
    if (at !== undefined) landings.set(member, { at, by });
  }
  return landings;
};

const whyNowhere = (to: Side, { nature, what }: Class, [mine, theirs]: readonly [number, number]): string => {
  if (nature === undefined) return theirs === 0 ? `there is no ${what}` : `it could be any of ${theirs}: ${what}`;
  if (to.alike(nature).length === 0) return `there is no ${what}`;
  if (theirs === 0) return `no ${what} has such an event there`;
  return `of ${what} with such an event there are ${mine} here and ${theirs} there, and others fit those better`;
};

const carrier = (from: Side, to: Side) => {
  const pairOf = pairsOf(from.run, to.run);
  const known = new Map<string, readonly [ReadonlyMap<Position, Landing>, string]>();

  /** Told by its neighbours, its number or the comparison, and of the same class there. */
  const sureIn =
    (theirs: ReadonlySet<Position>) =>
    (at: Position): Landing | undefined => {
      const found = to.anchors.find(from.anchors.placeAt(at));
      if (found.position !== null && theirs.has(found.position)) return { at: found.position, by: found.by };
      const paired = pairOf(at);
      return paired !== undefined && theirs.has(paired) ? { at: paired, by: 'aligned' } : undefined;
    };

  const landings = (of: Class) => {
    const name = JSON.stringify([of.key, of.nature, of.which]);
    const before = known.get(name);
    if (before !== undefined) return before;
    const [mine, theirs] = [membersOf(from, of), membersOf(to, of)];
    const where = landingsOf(of, [mine, theirs], sureIn(new Set(theirs)));
    const told = [where, whyNowhere(to, of, [mine.length, theirs.length])] as const;
    known.set(name, told);
    return told;
  };

  return (place: Place): Placed => {
    if (place.event === null) return { at: place.position, by: 'exact' };
    const home = from.anchors.find(place);
    if (home.position === null) return { why: `it is an orphan in ${from.run.header.title}: ${home.why}` };
    const [where, why] = landings(classOf(from, home.position));
    return where.get(home.position) ?? { why };
  };
};

/** Is the object touched at all in the run? */
const hasObject = ({ timeline }: Run, object: string): boolean => {
  for (let index = 0; index < timeline.length; index += 1) if (objectOf(timeline.at(index)) === object) return true;
  return false;
};

/**
 * Finds the places of notes on one run in another: the same event of the same kind of episode with the same result, or
 * nowhere, and then why. A note on two places moves only when both are found, in their order.
 */
export const carryPlaces = <Said extends { readonly anchor: Anchor }>(
  fromRun: Run,
  toRun: Run,
  notes: readonly Said[],
): readonly Carried<Said>[] => {
  const [from, to] = [sideOf(fromRun), sideOf(toRun)];
  const carryPlace = carrier(from, to);

  return notes.map((said): Carried<Said> => {
    const { kind, until, object } = said.anchor;
    const orphan = (why: string): Carried<Said> => ({ said, anchor: null, by: null, why });
    if (object !== undefined && !hasObject(toRun, object)) return orphan(`nothing happens to ${object} there`);
    const begin = carryPlace(said.anchor);
    if ('why' in begin) return orphan(begin.why);
    const place = to.anchors.placeAt(begin.at);
    if (until === undefined) return { said, anchor: { ...place, kind }, by: begin.by, why: null };
    const end = carryPlace(until);
    if ('why' in end) return orphan(`its end: ${end.why}`);
    if (end.at < begin.at) return orphan('its two ends come the other way round there');
    const ends = { ...place, kind, until: to.anchors.placeAt(end.at) };
    const anchor: Anchor = object === undefined ? ends : { ...ends, object };
    return { said, anchor, by: lessSure(begin.by, end.by), why: null };
  });
};
