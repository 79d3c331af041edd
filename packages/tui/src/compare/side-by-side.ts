import type { Position, Timeline } from '@custody/trace';
import { position } from '@custody/trace';
import { type RunDiff, uncompared } from '@custody/workbench';

type Pairs = RunDiff['comparison']['pairs'];

/** The events of two runs in two columns: a line has an event of either run, or of one. */
export interface SideBySide {
  readonly count: number;
  /** @throws RangeError when there is no such line. */
  readonly at: (line: number) => SideLine;
  /** Have both runs, on each line, the same? */
  readonly isAlike: (line: number) => boolean;
  /** The line of an event of one run, or of the next one that is compared; the last where there is none. */
  readonly lineOf: (side: Side, index: number) => number;
}

export type Side = 'left' | 'right';

/** What a column has on a line: the number of an event, and of its like in the other run where it has one. */
export interface Cell {
  readonly index: number;
  readonly like: number | null;
}

export interface SideLine {
  readonly left: Cell | null;
  readonly right: Cell | null;
  /** Where either run is once this line has happened. */
  readonly places: Readonly<Record<Side, Position>>;
}

/** For every event its like in the other run; −1 for none. */
const likesIn = (length: number, pairs: Pairs, side: 0 | 1): Int32Array => {
  const likes = new Int32Array(length).fill(-1);
  for (const pair of pairs) likes[pair[side]] = pair[1 - side] as number;
  return likes;
};

/**
 * As many pairs as possible that come in the same order on both sides (the longest rising run of their right positions):
 * they stand on common lines. What the others are about happened in both runs as well, but earlier or later.
 */
const inOneOrder = (pairs: Pairs): Pairs => {
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [number, [, right]] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] as number]?.[1] as number) < right) low = middle + 1;
      else high = middle;
    }
    before[number] = ends[low - 1] ?? -1;
    ends[low] = number;
  }
  const chosen: Pairs[number][] = [];
  for (let number = ends.at(-1) ?? -1; number >= 0; number = before[number] as number) {
    chosen.push(pairs[number] as Pairs[number]);
  }
  return chosen.reverse();
};

/** The events from one index up to another that are compared. */
const comparedIn = (timeline: Timeline, from: number, to: number): readonly number[] => {
  const found: number[] = [];
  for (let index = from; index < to; index += 1) if (!uncompared.has(timeline.at(index).type)) found.push(index);
  return found;
};

/** The lines as two columns of event numbers, −1 where a column is empty. */
const columnsOf = (left: Timeline, right: Timeline, anchors: Pairs): Readonly<Record<Side, Int32Array>> => {
  const columns: Record<Side, number[]> = { left: [], right: [] };
  let [mine, theirs] = [0, 0];
  const closeGap = (leftTo: number, rightTo: number): void => {
    const one = comparedIn(left, mine, leftTo);
    const other = comparedIn(right, theirs, rightTo);
    for (let line = 0; line < Math.max(one.length, other.length); line += 1) {
      columns.left.push(one[line] ?? -1);
      columns.right.push(other[line] ?? -1);
    }
  };
  for (const [leftAt, rightAt] of anchors) {
    closeGap(leftAt, rightAt);
    columns.left.push(leftAt);
    columns.right.push(rightAt);
    [mine, theirs] = [leftAt + 1, rightAt + 1];
  }
  closeGap(left.length, right.length);
  return { left: Int32Array.from(columns.left), right: Int32Array.from(columns.right) };
};

/** Where a run is after each line. */
const placesOf = (column: Int32Array): Int32Array => {
  let place = 0;
  return column.map((index) => {
    if (index >= 0) place = index + 1;
    return place;
  });
};

/** The first line after which the run has come to `place`. */
const firstReaching = (places: Int32Array, place: number): number => {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Lays two compared runs side by side; what is not compared has no line. */
export const sideBySide = (
  left: Timeline,
  right: Timeline,
  { pairs }: Pick<RunDiff['comparison'], 'pairs'>,
): SideBySide => {
  const columns = columnsOf(left, right, inOneOrder(pairs));
  const likes = { left: likesIn(left.length, pairs, 0), right: likesIn(right.length, pairs, 1) };
  const places = { left: placesOf(columns.left), right: placesOf(columns.right) };
  const count = columns.left.length;
  const cellAt = (side: Side, line: number): Cell | null => {
    const index = columns[side][line] as number;
    if (index < 0) return null;
    const like = likes[side][index] as number;
    return { index, like: like < 0 ? null : like };
  };
  const isAlike = (line: number): boolean => {
    const [index, other] = [columns.left[line] as number, columns.right[line] as number];
    return index >= 0 && other >= 0 && likes.left[index] === other;
  };
  return {
    count,
    isAlike,
    at: (line) => {
      if (line < 0 || line >= count) throw new RangeError(`There is no line ${line}: there are ${count}`);
      return {
        left: cellAt('left', line),
        right: cellAt('right', line),
        places: { left: position(places.left[line] as number), right: position(places.right[line] as number) },
      };
    },
    lineOf: (side, index) => firstReaching(places[side], index + 1),
  };
};
