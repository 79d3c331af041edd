import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from './align.ts';

/** The length of a longest common subsequence, the slow and certain way. */
const longestCommon = (left: readonly number[], right: readonly number[]): number => {
  let row = new Array<number>(right.length + 1).fill(0);
  for (const item of left) {
    const next = [0];
    for (const [j, other] of right.entries()) {
      const diagonal = (row[j] ?? 0) + 1;
      next.push(item === other ? diagonal : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    }
    row = next;
  }
  return row[right.length] ?? 0;
};

const matched = (matches: Int32Array): readonly (readonly [number, number])[] =>
  [...matches].flatMap((match, index) => (match < 0 ? [] : [[index, match] as const]));

const isValid = (left: Int32Array, right: Int32Array, matches: Int32Array): boolean =>
  matched(matches).every(([i, j], at, all) => left[i] === right[j] && j > (all[at - 1]?.[1] ?? -1));

const fewKeys = fc.array(fc.nat(3), { maxLength: 40 });

describe('an alignment', () => {
  it('matches as many events as can be matched', () => {
    fc.assert(
      fc.property(fewKeys, fewKeys, (left, right) => {
        const { matches, exact } = align(Int32Array.from(left), Int32Array.from(right));
        expect(exact).toBe(true);
        expect(matched(matches)).toHaveLength(longestCommon(left, right));
        expect(isValid(Int32Array.from(left), Int32Array.from(right), matches)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is still a valid one when it had to give up, and says so', () => {
    fc.assert(
      fc.property(fewKeys, fewKeys, fc.integer({ min: 1, max: 4 }), (left, right, bound) => {
        const { matches, exact } = align(Int32Array.from(left), Int32Array.from(right), bound);
        expect(isValid(Int32Array.from(left), Int32Array.from(right), matches)).toBe(true);
        if (exact) expect(matched(matches)).toHaveLength(longestCommon(left, right));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a big difference', () => {
  const noise = (length: number, kinds: number, seed: number): Int32Array => {
    let state = seed * 0x9e3779b1;
    return Int32Array.from({ length }, () => {
      state = (state + 0x6d2b79f5) | 0;
      const mixed = Math.imul(state ^ (state >>> 15), state | 1);
      return ((mixed ^ (mixed >>> 14)) >>> 4) % kinds;
    });
  };
  const joined = (...parts: readonly Int32Array[]): Int32Array => Int32Array.from(parts.flatMap((part) => [...part]));

  it.each([4, 400, 40_000])(
    'of two unrelated runs of 30,000 events of %i kinds is not aligned to the last',
    (kinds) => {
      const [left, right] = [noise(30_000, kinds, 1), noise(30_000, kinds, 2)];
      const { matches, exact } = align(left, right);
      expect(exact).toBe(false);
      expect(isValid(left, right, matches)).toBe(true);
    },
  );

  /** The left with so many of its keys replaced, left out or followed by another, and how many edits that is at most. */
  const edited = (left: Int32Array, share: number, kinds: number) => {
    const dice = noise(left.length, 30_000, 5);
    const fresh = noise(left.length, kinds, 6);
    const right: number[] = [];
    let edits = 0;
    for (const [at, key] of left.entries()) {
      const die = (dice[at] as number) / 30_000;
      if (die >= share) right.push(key);
      else if (die < share / 3) edits += 1;
      else if (die < (2 * share) / 3) {
        right.push(fresh[at] as number);
        edits += 2;
      } else {
        right.push(key, fresh[at] as number);
        edits += 1;
      }
    }
    return { right: Int32Array.from(right), edits };
  };

  it.each([
    ['of many kinds', 800, (length: number) => noise(length, 800, 1)],
    [
      'that repeat themselves',
      800,
      (length: number) => noise(length, 40, 1).map((key, at) => (key === 0 ? key : 100 + (at % 12))),
    ],
  ])('of many small edits costs at most a hundredth more than they are, in keys %s', (_, kinds, make) => {
    const left = make(60_000);
    for (const share of [0.001, 0.01, 0.05]) {
      const { right, edits } = edited(left, share, kinds);
      const { matches } = align(left, right);
      const shared = matched(matches).length;
      expect(isValid(left, right, matches)).toBe(true);
      expect(left.length + right.length - 2 * shared).toBeLessThanOrEqual(1.01 * edits);
    }
  });

  it('of several big insertions costs only what was inserted, though both runs loop', () => {
    const loop = (times: number) =>
      joined(...Array.from({ length: times }, (_, turn) => joined(noise(20, 5, 7), noise(3, 9, turn))));
    const [a, b, c] = [loop(300), loop(300).reverse(), noise(7_000, 6, 3)];
    const left = joined(a, b, c);
    const right = joined(noise(5_000, 6, 11), a, noise(5_000, 6, 12), b, c, noise(5_000, 6, 13));
    const { matches } = align(left, right);
    expect(matched(matches).length).toBeGreaterThan(0.98 * left.length);
  });
});
