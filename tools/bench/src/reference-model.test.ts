import { explore, howOften } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { bruteForce } from './brute-force.testing.ts';
import { referenceModel } from './reference-model.ts';
import { referencePromela } from './reference-promela.ts';
import { type ReferenceSize, referenceVariants } from './reference-size.ts';
import { spinVersion, withVerifier } from './spin.ts';

const small = { devices: 2, claimers: 1 };

describe('the reference model with two devices and one claimer', () => {
  it.each([
    ['R0', 2212, 5367],
    ['R1', 2600, 6041],
  ] as const)('%s has the %d states and %d transitions that its text names', (variant, states, transitions) => {
    expect(explore(referenceModel(variant, small), [])).toMatchObject({ states, transitions, complete: true });
  });

  it.each(referenceVariants)(
    '%s has what a plain second telling of the text counts',
    { timeout: 30_000 },
    (variant) => {
      const { waitsFor: _, ...model } = referenceModel(variant, small);
      const report = explore(model, []);
      const { failing, deadlocks, nearest, ...counts } = bruteForce(variant, 2, 1);
      expect(report).toMatchObject({ ...counts, standstills: deadlocks });
      expect(report.marks.size > 0).toBe(failing > 0);
      expect(report.markCount).toBeGreaterThanOrEqual(failing);
      const ways = [...report.marks.values(), ...(report.deadlock ? [report.deadlock.schedule] : [])];
      expect(ways.length === 0 ? 0 : Math.min(...ways.map(({ length }) => length))).toBe(nearest);
    },
  );

  it('R1 leaks in 33 steps, and once on a run', () => {
    expect(explore(referenceModel('R1', small), []).marks.get('quiescence')).toHaveLength(33);
    expect(howOften(referenceModel('R1', small), 'quiescence').times).toBe(1);
  });

  it('R4 stands still after 6 steps; before that, two tasks wait for each other', () => {
    const { waitsFor: _, ...model } = referenceModel('R4', small);
    expect(explore(model, []).deadlock?.schedule).toHaveLength(6);
    const { deadlock } = explore(referenceModel('R4', small), []);
    expect(deadlock?.waits.map(({ task, wants, holder }) => [task, wants, holder]).sort()).toEqual([
      [0, 'gm', 2],
      [2, 'dl[0]', 0],
    ]);
  });
});

describe('the reference model', () => {
  it.each([
    [{ devices: 4, claimers: 2 }, 2],
    [{ devices: 5, claimers: 1 }, 2],
    [{ devices: 2, claimers: 1 }, 1],
  ])('packs %j in %d words', (size, words) => {
    expect(referenceModel('R0', size).words).toBe(words);
  });

  it.each([
    { devices: 0, claimers: 1 },
    { devices: 7, claimers: 1 },
    { devices: 2, claimers: 1, managed: 4 },
  ])('is not stated for %j', (size) => {
    expect(() => referenceModel('R0', size)).toThrow(RangeError);
  });
});

const version = spinVersion();
const options: ReferenceSize = { devices: 2, claimers: 1, unbinders: 1, managed: 0b10, early: true };
const compared = [
  ...referenceVariants.map((variant) => [variant, small] as const),
  ...(['R0', 'R5', 'R6'] as const).map((variant) => [variant, options] as const),
];

describe.skipIf(version === null)('beside SPIN (skipped where spin or gcc is not installed)', () => {
  it.each(compared)(
    '%s at %j has the same states, transitions and errors',
    (variant, size) => {
      const { states, transitions, markCount, standstills } = explore(referenceModel(variant, size), []);
      const spin = withVerifier(referencePromela(variant, size), (verifier) => verifier.run(states), '-O0');
      expect({ states, transitions, errors: markCount + standstills }).toEqual({
        states: spin.states,
        transitions: spin.transitions,
        errors: spin.errors,
      });
    },
    60_000,
  );
});
