import { type Anchor, type Anchors, anchorsIn, type MeaningKey, type Place } from '@custody/annotations';
import { compareRuns, type Episode, episodesOf } from '@custody/compare';
import { objectOf, type Position, position, sharedRolesOf } from '@custody/trace';
import type { Run } from './open-run.ts';

/**
 * How surely a place was found in another recording, surest first: the same event with the same neighbours, as the n-th
 * of as many; the n-th of as many; the only one between the same neighbours; the event that the comparison of the two
 * runs pairs it with; in the n-th of as many episodes of the same kind and result; in the n-th of another number.
 */
const sureties = ['exact', 'counted', 'neighbours', 'aligned', 'episode', 'nth'] as const;
export type CarriedBy = (typeof sureties)[number];

/** Where a note or mark is to be in the other run, or why it is nowhere there. */
export type Carried<Said> = { readonly said: Said } & (
  | { readonly anchor: Anchor; readonly by: CarriedBy; readonly why: null }
  | { readonly anchor: null; readonly by: null; readonly why: string }
);

type Placed = { readonly at: Position; readonly by: CarriedBy } | { readonly why: string };

/** A run with what its places are told by. */
interface Side {
  readonly run: Run;
  readonly anchors: Anchors;
  /** The innermost episode of its task that the event before a position is in. */
  readonly episodeAt: (at: Position) => Episode | undefined;
  readonly natureOf: Nature;
  /** Episodes of one nature, in the order of their ends. */
  readonly alike: (nature: string) => readonly Episode[];
}

/** What an episode is, of whom, and how it ended. */
type Nature = (episode: Episode) => string;

const sideOf = (run: Run): Side => {
  const episodes = episodesOf(run.header, run.timeline);
  const byTask = Map.groupBy(episodes, ({ task }) => task);
  const roleOf = sharedRolesOf(run.timeline);
  const natureOf: Nature = ({ task, kind, result }) => JSON.stringify([roleOf(task), kind, result]);
  const byNature = Map.groupBy(episodes, natureOf);
  return {
    run,
    anchors: anchorsIn(run.timeline),
    episodeAt: (at) => {
      const { task } = run.timeline.at(at - 1);
      const around = (byTask.get(task) ?? []).filter(({ from, position: end }) => from < at && at <= end);
      return around.reduce<Episode | undefined>(
        (innermost, one) => (innermost === undefined || one.from > innermost.from ? one : innermost),
        undefined,
      );
    },
    natureOf,
    alike: (nature) => byNature.get(nature) ?? [],
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

/** The same event of the n-th episode of the same nature, counting those that have such an event. */
const inEpisode = (from: Side, to: Side, place: Place, episode: Episode): Placed => {
  const key = place.event?.key as MeaningKey;
  const which = eventsLike(from, episode, key).indexOf(place.position);
  const nature = from.natureOf(episode);
  const likes = (side: Side) => side.alike(nature).flatMap((one) => eventsLike(side, one, key)[which] ?? []);
  const [mine, theirs] = [likes(from), likes(to)];
  const number = mine.indexOf(place.position);
  const at = theirs[number];
  if (at !== undefined) return { at, by: mine.length === theirs.length ? 'episode' : 'nth' };
  const what = `"${episode.kind}" by its role that ended with ${episode.result}`;
  if (to.alike(nature).length === 0) return { why: `there is no ${what}` };
  if (theirs.length === 0) return { why: `no ${what} has such an event there` };
  return { why: `it is in the ${number + 1}. ${what} with such an event, and there are ${theirs.length} there` };
};

const carrier = (from: Side, to: Side) => {
  const pairOf = pairsOf(from.run, to.run);

  const carryPlace = (place: Place): Placed => {
    if (place.event === null) return { at: place.position, by: 'exact' };
    const home = from.anchors.find(place);
    if (home.position === null) return { why: `it is an orphan in ${from.run.header.title}: ${home.why}` };
    const own = from.anchors.placeAt(home.position);
    const episode = from.episodeAt(own.position);
    const natureAt = (at: Position): string | undefined => {
      const there = to.episodeAt(at);
      return there && to.natureOf(there);
    };
    const fits = (at: Position | undefined): at is Position =>
      at !== undefined &&
      to.anchors.keyAt(at) === own.event?.key &&
      natureAt(at) === (episode && from.natureOf(episode));
    const found = to.anchors.find(own);
    if (found.position !== null && fits(found.position)) return { at: found.position, by: found.by };
    const paired = pairOf(own.position);
    if (fits(paired)) return { at: paired, by: 'aligned' };
    if (episode !== undefined) return inEpisode(from, to, own, episode);
    return { why: found.position === null ? found.why : 'what is like it there is in another episode' };
  };
  return carryPlace;
};

/** Is the object touched at all in the run? */
const hasObject = ({ timeline }: Run, object: string): boolean => {
  for (let index = 0; index < timeline.length; index += 1) if (objectOf(timeline.at(index)) === object) return true;
  return false;
};

const less = (one: CarriedBy, other: CarriedBy): CarriedBy =>
  sureties.indexOf(one) > sureties.indexOf(other) ? one : other;

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
    return { said, anchor, by: less(begin.by, end.by), why: null };
  });
};
