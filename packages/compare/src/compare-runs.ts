import { type FactType, type Position, position, type RunHeader, type Timeline, type TraceEvent } from '@custody/trace';
import { align } from './align.ts';
import { eventAt, interner, type KeyedRun, keyedRun, positionOf } from './keys.ts';
import { type ResultDifference, resultDifferences } from './results.ts';

/** One of the two runs. */
export interface RunSide {
  readonly header: RunHeader;
  readonly timeline: Timeline;
}

/** Something said of either run. */
export interface Both<Value> {
  readonly left: Value;
  readonly right: Value;
}

export interface CompareOptions {
  /** Compare from these positions on; default: the start. */
  readonly from?: Both<Position>;
  /** Compare from the first event of this type on, in each run, at or after `from`. */
  readonly alignOn?: FactType;
}

interface Counts {
  /** Compared events that both runs have, in the same order. */
  readonly shared: number;
  /** Events known to be missing from each recording: with losses, neither answer proves anything about the gap. */
  readonly lost: Both<number>;
}

/** Every compared event of either run has its like in the other, in the same order. */
export interface Same extends Counts {
  readonly kind: 'same';
}

/** A stretch of either run (positions `from` to `to`, possibly empty) that has no like in the other. */
export interface Hunk {
  readonly left: Stretch;
  readonly right: Stretch;
}

export interface Stretch {
  readonly from: Position;
  readonly to: Position;
}

export interface Parted extends Counts {
  readonly kind: 'parted';
  /** The positions just before the first difference: up to here both did the same. */
  readonly first: Both<Position>;
  /** What each did next; null for a run that is over. */
  readonly next: Both<TraceEvent | null>;
  readonly onlyLeft: number;
  readonly onlyRight: number;
  /** False when the runs differ too much to find the best alignment quickly: counts and hunks are then upper bounds. */
  readonly exact: boolean;
  readonly hunks: readonly Hunk[];
  readonly results: readonly ResultDifference[];
}

export type Comparison = Same | Parted;

const startOf = (timeline: Timeline, from: Position, alignOn: FactType | undefined): Position => {
  if (alignOn === undefined) return from;
  for (let index: number = from; index < timeline.length; index += 1) {
    if (timeline.at(index).type === alignOn) return position(index);
  }
  throw new RangeError(`Cannot align on ${alignOn} as one of the runs has no such event from position ${from} on`);
};

const lostIn = (timeline: Timeline): number => {
  let lost = 0;
  for (let index = 0; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    if (event.type === 'EventsLost') lost += event.data.count ?? 1;
  }
  return lost;
};

const stretchOf = (run: KeyedRun, from: number, to: number): Stretch => {
  const start = positionOf(run, from);
  return { from: start, to: from === to ? start : position((run.indices[to - 1] as number) + 1) };
};

/** The gaps between matched events. */
const hunksOf = (left: KeyedRun, right: KeyedRun, matches: Int32Array): readonly Hunk[] => {
  const hunks: Hunk[] = [];
  let i = 0;
  let j = 0;
  const close = (leftTo: number, rightTo: number): void => {
    if (i < leftTo || j < rightTo)
      hunks.push({ left: stretchOf(left, i, leftTo), right: stretchOf(right, j, rightTo) });
  };
  for (const [index, match] of matches.entries()) {
    if (match < 0) continue;
    close(index, match);
    i = index + 1;
    j = match + 1;
  }
  close(left.keys.length, right.keys.length);
  return hunks;
};

const sharedPrefix = ({ keys: left }: KeyedRun, { keys: right }: KeyedRun): number => {
  const different = left.findIndex((key, index) => key !== right[index]);
  return different < 0 ? left.length : different;
};

const partedAt = (left: KeyedRun, right: KeyedRun, lost: Both<number>): Parted => {
  const { matches, exact } = align(left.keys, right.keys);
  const first = sharedPrefix(left, right);
  const shared = matches.reduce((count, match) => (match < 0 ? count : count + 1), 0);
  return {
    kind: 'parted',
    first: { left: positionOf(left, first), right: positionOf(right, first) },
    next: { left: eventAt(left, first), right: eventAt(right, first) },
    shared,
    onlyLeft: left.keys.length - shared,
    onlyRight: right.keys.length - shared,
    exact,
    hunks: hunksOf(left, right, matches),
    results: resultDifferences(left, right),
    lost,
  };
};

/**
 * Compares two runs by meaning: who (role), what, about what, with which outcome; never by time, address or pid.
 * What is left out is listed at `uncompared`.
 *
 * @throws RangeError when a run has no event to align on.
 */
export const compareRuns = (left: RunSide, right: RunSide, options: CompareOptions = {}): Comparison => {
  const intern = interner();
  const from = options.from ?? { left: position(0), right: position(0) };
  const mine = keyedRun(left.timeline, startOf(left.timeline, from.left, options.alignOn), intern);
  const theirs = keyedRun(right.timeline, startOf(right.timeline, from.right, options.alignOn), intern);
  const lost = { left: lostIn(left.timeline), right: lostIn(right.timeline) };
  const isSame = mine.keys.length === theirs.keys.length && sharedPrefix(mine, theirs) === mine.keys.length;
  return isSame ? { kind: 'same', shared: mine.keys.length, lost } : partedAt(mine, theirs, lost);
};
