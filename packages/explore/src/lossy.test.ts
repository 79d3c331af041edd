import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';
import { explore } from './explore.ts';
import { grid } from './grid.testing.ts';
import { omissionOf } from './lossy-table.ts';
import { referenceModel } from './reference-model.testing.ts';
import { follow } from './schedulers/follow.ts';

const small = { devices: 2, claimers: 1 };

describe('a lossy search', () => {
  it.each(['R0', 'R1', 'R3', 'R4'] as const)('of %s finds what an exact one finds, and says the risk', (variant) => {
    const model = referenceModel(variant, small);
    const { bytesPerState: _, ...exact } = explore(model, []);
    const report = explore(model, [], { lossy: true });
    expect(report).toMatchObject(exact);
    expect(report.lossy?.omission).toBe((report.states * (report.states - 1)) / 2 ** 65);
    expect(explore(model, []).lossy).toBeUndefined();
  });

  it('with few bits does miss states, and says that it is certain to', () => {
    const report = explore(referenceModel('R0', small), [], { lossy: true, hashBits: 8 });
    expect(report.states).toBeLessThanOrEqual(256);
    expect(report.lossy).toEqual({ omission: 1 });
  });

  it('misses states about as often as it says: one colliding pair for each that is expected', () => {
    const whole = explore(grid(3, 20), []).states;
    // 9,261 states are 42.9 million pairs, of which one in 2^20 has the same 20 bits: 41 are lost, and what only they lead to.
    const { states, lossy } = explore(grid(3, 20), [], { lossy: true, hashBits: 20 });
    expect(whole - states).toBeGreaterThan(20);
    expect(whole - states).toBeLessThan(80);
    expect(lossy?.omission).toBe(1);
  });

  it('finds only what is real', () => {
    const model = referenceModel('R3', small);
    const { marks } = explore(model, [], { lossy: true, hashBits: 10 });
    expect(marks.size).toBeGreaterThan(0);
    for (const [mark, schedule] of marks) {
      const met: string[] = [];
      drive(model, follow(schedule), { onStep: (_action, _states, _at, names) => met.push(...names) });
      expect(met).toContain(mark);
    }
  });

  it('ends where an exact one has no memory left', () => {
    // 300,763 states in rows of 16 words: 19 MB, of which a level is at most 3,367 states.
    const model = grid(3, 66, 16);
    const maxBytes = 20_000_000;
    expect(explore(model, [], { maxBytes })).toMatchObject({ bound: 'memory' });
    const lossy = explore(model, [], { maxBytes, lossy: true });
    expect(lossy).toMatchObject({ bound: null, complete: true, states: 67 ** 3, depth: 3 * 66 });
    expect(lossy.bytesPerState * lossy.states).toBeLessThanOrEqual(maxBytes);
  });

  it.each([0, 65, 1.5])('is refused hashes of %d bits', (hashBits) => {
    expect(() => explore(grid(1, 1), [], { lossy: true, hashBits })).toThrow(RangeError);
  });
});

describe('the chance that a lossy search missed a state', () => {
  it.each([
    [0, 64, 0],
    [1, 64, 0],
    [2, 1, 0.5],
    [2 ** 20, 64, 2 ** -25],
    [2 ** 33, 64, 1],
  ])('of %d states with %d bits is at most about %d', (states, bits, omission) => {
    expect(omissionOf(states, bits)).toBeCloseTo(omission, 8);
  });
});
