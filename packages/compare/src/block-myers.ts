import type { Region } from './middle-snake.ts';

/** A block ends behind so many keys that agree, or where the furthest path is so far ahead of the others. */
const agreement = 32;
/** Edits in a block; beyond it the sides are too unlike here for a block. */
const mostEdits = 192;
/** Sides are alike enough to go on without a meeting when a block has got so many keys further for each edit. */
const likeness = 4;
/** Keys in a gram by which the sides find each other again. */
const gramLength = 24;
/** A place further on that both sides have is looked for so far, in keys; doubled until it is found. */
const firstWindow = 2048;

/** Furthest x on each diagonal after each number of edits, one row after the other: enough to go back. */
const width = 2 * mostEdits + 3;
const origin = mostEdits + 1;

/** Where a search from a corner has got to. */
interface Reached {
  readonly left: number;
  readonly right: number;
  /** Both sides go on alike from here on, or one of them has ended: not just the bound was reached. */
  readonly isSettled: boolean;
}

/**
 * Aligns a region block by block: Myers' greedy search from where the last block ended, until a path has clearly won; where
 * the sides are too unlike for that, they go on where both have the same gram that occurs once. Linear in the region.
 *
 * @param matches - filled in for the region; rising.
 */
export class BlockAligner {
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #matches: Int32Array;
  readonly #rows = new Int32Array(width * (mostEdits + 1));

  constructor(left: Int32Array, right: Int32Array, matches: Int32Array) {
    this.#left = left;
    this.#right = right;
    this.#matches = matches;
  }

  align({ leftFrom, leftTo, rightFrom, rightTo }: Region): void {
    let i = leftFrom;
    let j = rightFrom;
    while (i < leftTo && j < rightTo) {
      const reached = this.#block(i, j, leftTo, rightTo);
      const isAlike = reached.isSettled || reached.left + reached.right - i - j >= likeness * mostEdits;
      const again = isAlike ? null : this.#meeting(i, j, leftTo, rightTo);
      if (again === null) {
        i = reached.left;
        j = reached.right;
        continue;
      }
      // What the block has matched behind the meeting is no path to it.
      for (let at = i; at < leftTo && at < reached.left; at += 1) {
        if (at >= again.left || (this.#matches[at] as number) >= again.right) this.#matches[at] = -1;
      }
      i = again.left;
      j = again.right;
    }
  }

  /** One block from (i, j): matches what its path matches. @returns its end. */
  #block(i: number, j: number, leftTo: number, rightTo: number): Reached {
    const left = this.#left;
    const right = this.#right;
    const rows = this.#rows;
    const n = leftTo - i;
    const m = rightTo - j;
    for (let edits = 0; edits <= mostEdits; edits += 1) {
      const row = edits * width + origin;
      const before = row - width;
      let bestSum = -1;
      let bestDiagonal = 0;
      let isSettled = false;
      for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
        let x: number;
        if (edits === 0) x = 0;
        else {
          const down = diagonal < edits ? (rows[before + diagonal + 1] as number) : -1;
          const across = diagonal > -edits ? (rows[before + diagonal - 1] as number) + 1 : -1;
          x = Math.max(down, across);
        }
        let y = x - diagonal;
        if (x > n || y > m || x < 0 || y < 0) {
          rows[row + diagonal] = -2;
          continue;
        }
        const start = x;
        while (x < n && y < m && left[i + x] === right[j + y]) {
          x += 1;
          y += 1;
          // A long agreement is gone on with when the block begins anew.
          if (x - start >= 4 * agreement) break;
        }
        rows[row + diagonal] = x;
        const sum = x + y;
        if (sum > bestSum) {
          bestSum = sum;
          bestDiagonal = diagonal;
          isSettled = x - start >= agreement || (x === n && y === m) || x === n || y === m;
        }
      }
      if (isSettled || edits === mostEdits) {
        const x = rows[row + bestDiagonal] as number;
        this.#goBack(i, j, edits, bestDiagonal);
        return { left: i + x, right: j + x - bestDiagonal, isSettled };
      }
    }
    throw new RangeError('a block has no end');
  }

  /** Matches what the path to the furthest point of `diagonal` after `edits` matches. */
  #goBack(i: number, j: number, edits: number, diagonal: number): void {
    const rows = this.#rows;
    let x = rows[edits * width + origin + diagonal] as number;
    let at = diagonal;
    for (let left = edits; left > 0; left -= 1) {
      const before = (left - 1) * width + origin;
      const down = at < left ? (rows[before + at + 1] as number) : -1;
      const across = at > -left ? (rows[before + at - 1] as number) + 1 : -1;
      const start = Math.max(down, across);
      for (; x > start; x -= 1) this.#matches[i + x - 1] = j + x - at - 1;
      at = down >= across ? at + 1 : at - 1;
      x = rows[before + at] as number;
    }
    for (; x > 0; x -= 1) this.#matches[i + x - 1] = j + x - at - 1;
  }

  /** The first place behind (i, j) that both sides have and that is the only one of its kind nearby; null for none. */
  #meeting(
    i: number,
    j: number,
    leftTo: number,
    rightTo: number,
  ): { readonly left: number; readonly right: number } | null {
    for (let window = firstWindow; ; window *= 4) {
      const leftEnd = Math.min(leftTo, i + window) - gramLength;
      const rightEnd = Math.min(rightTo, j + window) - gramLength;
      const theirs = onceIn(this.#right, j, rightEnd);
      const mine = onceIn(this.#left, i, leftEnd);
      let best: { left: number; right: number } | null = null;
      for (const [gram, left] of mine) {
        const right = theirs.get(gram);
        if (left < 0 || right === undefined || right < 0 || (left === i && right === j)) continue;
        if (best !== null && left + right >= best.left + best.right) continue;
        if (this.#agree(left, right)) best = { left, right };
      }
      if (best !== null) {
        // Before the first that occurs once both may have gone on alike for long.
        let { left, right } = best;
        while (left > i && right > j && this.#left[left - 1] === this.#right[right - 1]) {
          left -= 1;
          right -= 1;
        }
        if (left > i || right > j) return { left, right };
        return best;
      }
      if (leftEnd >= leftTo - gramLength && rightEnd >= rightTo - gramLength) return null;
    }
  }

  #agree(left: number, right: number): boolean {
    for (let step = 0; step < gramLength; step += 1)
      if (this.#left[left + step] !== this.#right[right + step]) return false;
    return true;
  }
}

/** Where each gram begins; −1 for one that comes twice. */
const onceIn = (keys: Int32Array, from: number, to: number): Map<number, number> => {
  const grams = new Map<number, number>();
  // A rolling hash: the oldest key's share is taken off again.
  let power = 1;
  for (let step = 1; step < gramLength; step += 1) power = Math.imul(power, 0x01000193);
  let hash = 0;
  for (let at = from; at < from + gramLength && at < keys.length; at += 1)
    hash = (Math.imul(hash, 0x01000193) + (keys[at] as number) + 1) | 0;
  for (let at = from; at <= to; at += 1) {
    grams.set(hash, grams.has(hash) ? -1 : at);
    if (at + gramLength >= keys.length) break;
    const gone = Math.imul((keys[at] as number) + 1, power);
    hash = (Math.imul((hash - gone) | 0, 0x01000193) + (keys[at + gramLength] as number) + 1) | 0;
  }
  return grams;
};
