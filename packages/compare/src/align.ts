import { BlockAligner } from './block-myers.ts';
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
/** A region of so many keys is given fewer: what they cost grows with both. */
const longRegion = 20_000;
const longBound = 100;

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

const matchCut = (matches: Int32Array, { leftFrom, leftTo, rightFrom }: Region): void => {
  for (let index = leftFrom; index < leftTo; index += 1) matches[index] = rightFrom + index - leftFrom;
};

const aroundCut = ({ leftFrom, leftTo, rightFrom, rightTo }: Region, cut: Region): readonly Region[] => [
  { leftFrom, leftTo: cut.leftFrom, rightFrom, rightTo: cut.rightFrom },
  { leftFrom: cut.leftTo, leftTo, rightFrom: cut.rightTo, rightTo },
];

const isEmpty = ({ leftFrom, leftTo, rightFrom, rightTo }: Region): boolean =>
  leftFrom === leftTo || rightFrom === rightTo;

const isLong = ({ leftFrom, leftTo, rightFrom, rightTo }: Region): boolean =>
  leftTo - leftFrom + rightTo - rightFrom > longRegion;

/**
 * Aligns two sequences of keys: a shortest edit script (Myers, linear space) as long as the difference stays within
 * `bound`, or 100 of a region of more than 20,000 keys; beyond that block by block, in time that is linear in the keys.
 *
 * @param bound - 1 or more.
 */
export const align = (left: Int32Array, right: Int32Array, bound = defaultBound): Alignment => {
  const matches = new Int32Array(left.length).fill(-1);
  const open: Region[] = [{ leftFrom: 0, leftTo: left.length, rightFrom: 0, rightTo: right.length }];
  let exact = true;
  let blocks: BlockAligner | undefined;
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    const region = trimmed(left, right, task, matches);
    if (isEmpty(region)) continue;
    const cut = middleSnake(left, right, region, isLong(region) ? Math.min(longBound, bound) : bound);
    if (cut.exact) {
      matchCut(matches, cut);
      open.push(...aroundCut(region, cut));
      continue;
    }
    exact = false;
    blocks ??= new BlockAligner(left, right, matches);
    blocks.align(region);
  }
  return { matches, exact };
};
