import { anchorsIn } from './anchors.ts';
import { middleSnake, type Region } from './middle-snake.ts';

/** Which item of the right belongs to which of the left. */
export interface Alignment {
  /** For every left index the right index it is matched with, rising; −1 for none. */
  readonly matches: Int32Array;
  /** False when the difference was too big to find the best alignment in bounded time; it is still a valid one. */
  readonly exact: boolean;
}

/** Edits tried from either corner of a region; bounds the work to about (n + m) × bound steps. */
const defaultBound = 1000;
/** The bound once a region had to be cut blindly: the best is lost there anyway, so no more time is spent on it. */
const hurriedBound = 250;
/** Lengths of the unique stretches looked for: short ones survive close edits, long ones are unique in loops. */
const gramLengths = [8, 32, 1];

const trimmed = (left: Int32Array, right: Int32Array, region: Region, matches: Int32Array): Region => {
  let { leftFrom, leftTo, rightFrom, rightTo } = region;
  while (leftFrom < leftTo && rightFrom < rightTo && left[leftFrom] === right[rightFrom]) {
    matches[leftFrom] = rightFrom;
    leftFrom += 1;
    rightFrom += 1;
  }
  while (leftFrom < leftTo && rightFrom < rightTo && left[leftTo - 1] === right[rightTo - 1]) {
    leftTo -= 1;
    rightTo -= 1;
    matches[leftTo] = rightTo;
  }
  return { leftFrom, leftTo, rightFrom, rightTo };
};

/** The region cut at every anchor: each piece begins with one, where trimming will match it. */
const piecesAt = (region: Region, anchors: readonly { left: number; right: number }[]): readonly Region[] => {
  const starts = [{ left: region.leftFrom, right: region.rightFrom }, ...anchors];
  return starts.map(({ left, right }, index) => ({
    leftFrom: left,
    leftTo: starts[index + 1]?.left ?? region.leftTo,
    rightFrom: right,
    rightTo: starts[index + 1]?.right ?? region.rightTo,
  }));
};

/** A region yet to be aligned, with the edits to try in it and how many gram lengths were tried around it. */
interface Open {
  readonly region: Region;
  readonly bound: number;
  readonly grams: number;
}

const anchoredPieces = (left: Int32Array, right: Int32Array, { region, bound, grams }: Open): readonly Open[] => {
  for (let tried = grams; tried < gramLengths.length; tried += 1) {
    const anchors = anchorsIn(left, right, region, gramLengths[tried] as number);
    if (anchors.length > 0)
      return piecesAt(region, anchors).map((piece) => ({ region: piece, bound, grams: tried + 1 }));
  }
  return [];
};

const matchCut = (matches: Int32Array, { leftFrom, leftTo, rightFrom }: Region): void => {
  for (let index = leftFrom; index < leftTo; index += 1) matches[index] = rightFrom + index - leftFrom;
};

const aroundCut = ({ leftFrom, leftTo, rightFrom, rightTo }: Region, cut: Region): readonly Region[] => [
  { leftFrom, leftTo: cut.leftFrom, rightFrom, rightTo: cut.rightFrom },
  { leftFrom: cut.leftTo, leftTo, rightFrom: cut.rightTo, rightTo },
];

const isEmpty = ({ leftFrom, leftTo, rightFrom, rightTo }: Region): boolean =>
  leftFrom === leftTo || rightFrom === rightTo;

/**
 * Aligns two sequences of keys: a shortest edit script (Myers, linear space) as long as the difference stays within
 * `bound`; beyond it the region is cut at stretches that are unique on both sides, and where there are none, at the
 * furthest point that was reached.
 *
 * @param bound - 1 or more.
 */
export const align = (left: Int32Array, right: Int32Array, bound = defaultBound): Alignment => {
  const matches = new Int32Array(left.length).fill(-1);
  const whole = { leftFrom: 0, leftTo: left.length, rightFrom: 0, rightTo: right.length };
  const open: Open[] = [{ region: whole, bound, grams: 0 }];
  let exact = true;
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    const region = trimmed(left, right, task.region, matches);
    if (isEmpty(region)) continue;
    const cut = middleSnake(left, right, region, task.bound);
    const pieces = cut.exact ? [] : anchoredPieces(left, right, { ...task, region });
    exact &&= cut.exact;
    if (pieces.length === 0) {
      matchCut(matches, cut);
      const next = cut.exact ? task : { bound: Math.min(task.bound, hurriedBound), grams: gramLengths.length };
      for (const part of aroundCut(region, cut)) open.push({ ...next, region: part });
    }
    for (const piece of pieces) open.push(piece);
  }
  return { matches, exact };
};
