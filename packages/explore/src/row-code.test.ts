import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf } from './hash.ts';
import { rowCode } from './row-code.ts';

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
/** Rows of 1 to 20 words: written out, and in loops. */
const rows = fc.integer({ min: 1, max: 20 }).chain((words) =>
  fc.record({
    words: fc.constant(words),
    one: fc.array(int, { minLength: words, maxLength: words }),
    other: fc.array(int, { minLength: words, maxLength: words }),
    at: fc.integer({ min: 0, max: 3 }),
  }),
);
const placed = (row: readonly number[], at: number): Int32Array => Int32Array.from([...Array(at).fill(7), ...row, 7]);

describe('the code for rows', () => {
  it('hashes as hashOf does', () => {
    fc.assert(
      fc.property(rows, ({ words, one, at }) => {
        expect(rowCode(words).hash(placed(one, at), at)).toBe(hashOf(placed(one, at), at, words));
      }),
    );
  });

  it('tells rows that differ in any word from those that differ in none', () => {
    fc.assert(
      fc.property(rows, fc.nat(), ({ words, one, at }, which) => {
        const { isSame } = rowCode(words);
        const changed = one.map((word, index) => (index === which % words ? word ^ 1 : word));
        expect(isSame(placed(one, at), at, placed(one, 2), 2)).toBe(true);
        expect(isSame(placed(one, at), at, placed(changed, 2), 2)).toBe(false);
      }),
    );
  });

  it('copies a row, and nothing beside it', () => {
    fc.assert(
      fc.property(rows, ({ words, one, other, at }) => {
        const target = placed(other, 2);
        rowCode(words).copy(placed(one, at), at, target, 2);
        expect(target).toEqual(placed(one, 2));
      }),
    );
  });

  it('looks at no other bits than it is told to', () => {
    fc.assert(
      fc.property(rows, int, ({ words, one, other, at }, seed) => {
        const bits = Int32Array.from(one, (_, word) => Math.imul(seed, 2 * word + 1));
        const { differIn, hasAny, pick } = rowCode(words);
        const differs = one.some((word, index) => ((word ^ (other[index] as number)) & (bits[index] as number)) !== 0);
        expect(differIn(placed(one, at), at, placed(other, 2), 2, bits)).toBe(differs);
        const picked = one.map((word, index) => word & (bits[index] as number));
        expect(hasAny(placed(one, at), at, bits)).toBe(picked.some((word) => word !== 0));
        const into = new Int32Array(words);
        pick(placed(one, at), at, bits, into);
        expect([...into]).toEqual(picked);
      }),
    );
  });

  it('says whether a row was the same before it copied it', () => {
    fc.assert(
      fc.property(rows, ({ words, one, other, at }) => {
        const target = placed(other, 2);
        expect(rowCode(words).wasSame(placed(one, at), at, target, 2)).toBe(one.join() === other.join());
        expect(target).toEqual(placed(one, 2));
        expect(rowCode(words).wasSame(placed(one, at), at, target, 2)).toBe(true);
      }),
    );
  });
});
