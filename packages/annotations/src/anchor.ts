import { type Position, position, type Timeline } from '@custody/trace';
import { keyOf, type Meaning, meaningsIn } from './meaning.ts';

/** The event a note is about, by meaning. */
export interface AnchoredEvent extends Meaning {
  /** This is the n-th event of that meaning in the run, from 1 … */
  readonly occurrence: number;
  /** … of so many. */
  readonly of: number;
  /** The keys of the events right before and after; null at either end of the run. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Where a note belongs: a position, and the event just before it; null for the start of the run. */
export interface Anchor {
  readonly position: Position;
  readonly event: AnchoredEvent | null;
}

/** Anchors of one run: reads the run once, then answers at once. */
export interface Anchors {
  /** @throws RangeError when `at` is not a position of the run. */
  readonly anchorAt: (at: Position) => Anchor;
  /** @returns null when the event is not there any more, or when it could be several. */
  readonly resolve: (anchor: Anchor) => Position | null;
}

/** The indices of the events of every meaning, in order. */
const placesIn = (keys: readonly string[]): ReadonlyMap<string, readonly number[]> => {
  const places = new Map<string, number[]>();
  for (const [index, key] of keys.entries()) {
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else known.push(index);
  }
  return places;
};

export const anchorsIn = (timeline: Timeline): Anchors => {
  const meaningAt = meaningsIn(timeline);
  const keys = Array.from({ length: timeline.length }, (_, index) => keyOf(meaningAt(index)));
  const places = placesIn(keys);

  const anchorAt = (at: Position): Anchor => {
    if (!Number.isSafeInteger(at) || at < 0 || at > timeline.length) {
      throw new RangeError(`Cannot anchor a note at ${at} as the run has positions 0 to ${timeline.length}`);
    }
    if (at === 0) return { position: at, event: null };
    const index = at - 1;
    const alike = places.get(keys[index] as string) ?? [];
    const around = { before: keys[index - 1] ?? null, after: keys[index + 1] ?? null };
    const count = { occurrence: alike.indexOf(index) + 1, of: alike.length };
    return { position: at, event: { ...meaningAt(index), ...count, ...around } };
  };

  const hasNeighbours = ({ before, after }: AnchoredEvent, index: number): boolean =>
    (keys[index - 1] ?? null) === before && (keys[index + 1] ?? null) === after;

  /** The n-th of as many as there were; if their number changed, the only one between the same neighbours. */
  const indexOf = (event: AnchoredEvent): number | undefined => {
    const alike = places.get(keyOf(event)) ?? [];
    if (alike.length === event.of) return alike[event.occurrence - 1];
    const fitting = alike.filter((index) => hasNeighbours(event, index));
    return fitting.length === 1 ? fitting[0] : undefined;
  };

  const stillFits = (at: Position, event: AnchoredEvent): boolean => {
    const key = keyOf(event);
    if (keys[at - 1] !== key) return false;
    return hasNeighbours(event, at - 1) && places.get(key)?.[event.occurrence - 1] === at - 1;
  };

  const resolve = ({ position: at, event }: Anchor): Position | null => {
    if (event === null) return at === 0 ? at : null;
    if (stillFits(at, event)) return at;
    const index = indexOf(event);
    return index === undefined ? null : position(index + 1);
  };

  return { anchorAt, resolve };
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
