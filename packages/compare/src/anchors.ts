import type { Region } from './middle-snake.ts';

/** An index on either side that certainly belong together. */
export interface Anchor {
  readonly left: number;
  readonly right: number;
}

/** A hash of the `length` keys from `at` on (a polynomial, kept in 32 bits). */
const gramAt = (keys: Int32Array, at: number, length: number): number => {
  let hash = 17;
  for (let index = at; index < at + length; index += 1)
    hash = (Math.imul(hash, 0x01000193) ^ (keys[index] as number)) | 0;
  return hash;
};

const repeated = -1;

/** Where each gram starts; `repeated` for one that occurs twice. */
const gramsOf = (keys: Int32Array, from: number, to: number, length: number): Map<number, number> => {
  const grams = new Map<number, number>();
  for (let at = from; at + length <= to; at += 1) {
    const gram = gramAt(keys, at, length);
    grams.set(gram, grams.has(gram) ? repeated : at);
  }
  return grams;
};

const isSame = (left: Int32Array, right: Int32Array, { left: i, right: j }: Anchor, length: number): boolean => {
  for (let step = 0; step < length; step += 1) if (left[i + step] !== right[j + step]) return false;
  return true;
};

/** The first index of `tails` whose pair does not lie before `right`. */
const firstNotBefore = (tails: readonly Anchor[], right: number): number => {
  let low = 0;
  let high = tails.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tails[middle] as Anchor).right < right) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The longest list of pairs that rises on both sides (patience sorting); `pairs` rise on the left already. */
const longestRising = (pairs: readonly Anchor[]): readonly Anchor[] => {
  const tails: Anchor[] = [];
  const before = new Map<Anchor, Anchor>();
  for (const pair of pairs) {
    const pile = firstNotBefore(tails, pair.right);
    const previous = tails[pile - 1];
    if (previous !== undefined) before.set(pair, previous);
    tails[pile] = pair;
  }
  const rising: Anchor[] = [];
  for (let pair = tails.at(-1); pair !== undefined; pair = before.get(pair)) rising.push(pair);
  return rising.reverse();
};

/**
 * Stretches of `length` keys that occur exactly once on either side of the region, in an order that both sides share:
 * the starts of those stretches. Linear but for the sort of the hits.
 */
export const anchorsIn = (left: Int32Array, right: Int32Array, region: Region, length: number): readonly Anchor[] => {
  const theirs = gramsOf(right, region.rightFrom, region.rightTo, length);
  const pairs: Anchor[] = [];
  for (const [gram, at] of gramsOf(left, region.leftFrom, region.leftTo, length)) {
    const there = theirs.get(gram) ?? repeated;
    const pair = { left: at, right: there };
    if (at !== repeated && there !== repeated && isSame(left, right, pair, length)) pairs.push(pair);
  }
  return longestRising(pairs.sort((one, other) => one.left - other.left));
};
