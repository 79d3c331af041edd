import { type Position, position, type Timeline } from '@custody/trace';
import { contentOf, keyOf, type Meaning, type MeaningKey, meaningsIn, shortOf, textOf } from './meaning.ts';

/** The event before a position, so described that it can be found in another recording. */
export interface AnchoredEvent extends Meaning {
  readonly key: MeaningKey;
  /** This is the n-th event of that meaning in the run, from 1 … */
  readonly occurrence: number;
  /** … of so many. */
  readonly of: number;
  /** The meanings of the events right before and after, in 30 bits; 0 at either end of the run. */
  readonly before: number;
  readonly after: number;
  /** Its data with counts and cookies, in 30 bits; 0 when it was not kept. */
  readonly content: number;
}

/** A position, and the event just before it; null for the start of the run. */
export interface Place {
  readonly position: Position;
  readonly event: AnchoredEvent | null;
}

export const anchorKinds = ['event', 'stretch', 'pair', 'object'] as const;
export type AnchorKind = (typeof anchorKinds)[number];

/**
 * What a note is about: an event; a stretch up to `until`; a pair of events, say a release and the acquire that it let
 * through; or an object (`group:6`, `device:…`, a lock) over a stretch.
 */
export interface Anchor extends Place {
  readonly kind: AnchorKind;
  /** The other end; absent for an event. */
  readonly until?: Place;
  /** Present for an object only. */
  readonly object?: string;
}

/**
 * How a place was told, surest first: with the same neighbours and as the n-th of as many; as the n-th of as many; as
 * the only one between the same neighbours.
 */
export type Surety = 'exact' | 'counted' | 'neighbours';

/** Where a place is in another recording and by what it was told, or why nowhere. */
export type Found =
  | { readonly position: Position; readonly by: Surety }
  | { readonly position: null; readonly why: string; readonly alike: readonly Position[] };

/** Anchors of one run: reads the run once, then answers at once. */
export interface Anchors {
  /** What the event before a position means; undefined at the start, and outside the run. */
  readonly keyAt: (at: Position) => MeaningKey | undefined;
  /** @throws RangeError when `at` is not a position of the run. */
  readonly placeAt: (at: Position) => Place;
  /** An anchor on one event. @throws RangeError as `placeAt`. */
  readonly anchorAt: (at: Position) => Anchor;
  /**
   * Where a place is: the same position if the same event still stands there, else wherever that event went. Never a
   * guess: what could be several is nowhere, with all of them in `alike`.
   */
  readonly find: (place: Place) => Found;
  /** Where the anchor begins; null, an orphan, when either of its ends is nowhere. */
  readonly resolve: (anchor: Anchor) => Position | null;
}

interface Occurrences {
  readonly keys: readonly MeaningKey[];
  /** For every event: the n-th of its meaning, from 1. */
  readonly ordinal: readonly number[];
  readonly places: ReadonlyMap<MeaningKey, readonly number[]>;
}

const occurrencesIn = (timeline: Timeline, meaningAt: (index: number) => Meaning): Occurrences => {
  const known = new Map<string, MeaningKey>();
  const places = new Map<MeaningKey, number[]>();
  const keys: MeaningKey[] = [];
  const ordinal: number[] = [];
  for (let index = 0; index < timeline.length; index += 1) {
    const meaning = meaningAt(index);
    const text = textOf(meaning);
    const key = known.get(text) ?? keyOf(meaning);
    known.set(text, key);
    const alike = places.get(key) ?? [];
    places.set(key, alike);
    ordinal.push(alike.push(index));
    keys.push(key);
  }
  return { keys, ordinal, places };
};

const words = ({ type, object, detail, role }: Meaning): string =>
  `${[type, detail].filter((word) => word !== '').join(' ')}${object === null ? '' : ` on ${object}`} by ${role}`;

export const anchorsIn = (timeline: Timeline): Anchors => {
  const meaningAt = meaningsIn(timeline);
  const { keys, ordinal, places } = occurrencesIn(timeline, meaningAt);
  const around = (index: number): number => shortOf(keys[index] ?? 0);

  const placeAt = (at: Position): Place => {
    if (!Number.isSafeInteger(at) || at < 0 || at > timeline.length) {
      throw new RangeError(`Cannot anchor a note at ${at} as the run has positions 0 to ${timeline.length}`);
    }
    if (at === 0) return { position: at, event: null };
    const index = at - 1;
    const key = keys[index] as MeaningKey;
    const event: AnchoredEvent = {
      ...meaningAt(index),
      key,
      occurrence: ordinal[index] as number,
      of: (places.get(key) as readonly number[]).length,
      before: around(index - 1),
      after: around(index + 1),
      content: contentOf(timeline.at(index)),
    };
    return { position: at, event };
  };

  const hasNeighbours = ({ before, after }: AnchoredEvent, index: number): boolean =>
    around(index - 1) === before && around(index + 1) === after;

  const stillFits = (at: Position, event: AnchoredEvent): boolean =>
    keys[at - 1] === event.key && hasNeighbours(event, at - 1) && ordinal[at - 1] === event.occurrence;

  const found = (index: number, by: Surety): Found => ({ position: position(index + 1), by });

  /** The n-th of as many as there were; if their number changed, the only one between the same neighbours. */
  const find = ({ position: at, event }: Place): Found => {
    if (event === null) return { position: position(0), by: 'exact' };
    if (stillFits(at, event)) return { position: at, by: 'exact' };
    const alike = places.get(event.key) ?? [];
    const counted = alike.length === event.of ? alike[event.occurrence - 1] : undefined;
    if (counted !== undefined) return found(counted, hasNeighbours(event, counted) ? 'exact' : 'counted');
    const fitting = alike.filter((index) => hasNeighbours(event, index));
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) return found(only, 'neighbours');
    const why =
      alike.length === 0
        ? `there is no ${words(event)}`
        : `it could be any of ${alike.length}, ${fitting.length === 0 ? 'none' : fitting.length} between the same ` +
          `neighbours: it was the ${event.occurrence}. of ${event.of} ${words(event)}`;
    return { position: null, why, alike: alike.map((index) => position(index + 1)) };
  };

  return {
    keyAt: (at) => keys[at - 1],
    placeAt,
    anchorAt: (at) => ({ ...placeAt(at), kind: 'event' }),
    find,
    resolve: (anchor) =>
      anchor.until !== undefined && find(anchor.until).position === null ? null : find(anchor).position,
  };
};

/**
 * The anchor of a position: the event just before it, described so that it can be found in another recording.
 *
 * @throws RangeError when `at` is not a position of the run.
 */
export const anchorAt = (timeline: Timeline, at: Position): Anchor => anchorsIn(timeline).anchorAt(at);

/**
 * Where an anchor is in a run: the same position if the same event still stands there, else wherever the event went.
 * Reads the whole run: for many anchors of one run use `anchorsIn`.
 *
 * @returns null, an orphan, when the event is gone or could be several: a note is never moved on a guess.
 */
export const resolveAnchor = (timeline: Timeline, anchor: Anchor): Position | null =>
  anchorsIn(timeline).resolve(anchor);
