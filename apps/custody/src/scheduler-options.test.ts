import { describe, expect, it } from 'vitest';
import { wishOf } from './scheduler-options.ts';

describe('who moves next', () => {
  it('is everybody in turn where nothing is said', () => {
    expect(wishOf({})).toEqual({ kind: 'run', choice: { kind: 'round-robin' } });
  });

  it('is dice with a seed, for one run or for as many as it takes', () => {
    expect(wishOf({ scheduler: 'random', seed: 7 })).toEqual({
      kind: 'hunt',
      dice: { kind: 'random', seed: 7 },
      runs: 1,
    });
    expect(wishOf({ scheduler: 'pct', seed: 7, steps: 40, runs: 9 })).toEqual({
      kind: 'hunt',
      dice: { kind: 'pct', seed: 7, depth: 3, steps: 40 },
      runs: 9,
    });
  });

  it('is a schedule, with or without tolerance', () => {
    expect(wishOf({ schedule: 'T0' })).toEqual({ kind: 'run', choice: { kind: 'schedule', schedule: 'T0' } });
    expect(wishOf({ schedule: '', tolerant: true })).toEqual({
      kind: 'run',
      choice: { kind: 'schedule', schedule: '', tolerant: true },
    });
  });

  it.each([
    [{ scheduler: 'random' }, 'Cannot roll dice without a seed'],
    [{ scheduler: 'pct', runs: 3 }, 'Cannot roll dice without a seed'],
    [{ seed: 1 }, 'Cannot use --seed with round-robin as'],
    [{ scheduler: 'round-robin', runs: 0, depth: 2 }, 'Cannot use --runs and --depth with round-robin as'],
    [{ scheduler: 'random', seed: 1, depth: 2, steps: 9 }, 'Cannot use --depth and --steps with random as'],
    [{ schedule: 'T0', scheduler: 'pct', seed: 0 }, 'Cannot use --scheduler and --seed with --schedule as'],
    [{ scheduler: 'pct', seed: 1, tolerant: true }, 'Cannot use --tolerant without a schedule as'],
  ] as const)('is refused where it makes no sense: %o', (options, why) => {
    expect(() => wishOf(options)).toThrow(why);
  });
});
