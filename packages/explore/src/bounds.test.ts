import { describe, expect, it } from 'vitest';
import type { Progress } from './bounds.ts';
import { explore } from './explore.ts';
import { grid } from './grid.testing.ts';
import { howOften } from './how-often.ts';
import { Memory } from './memory.ts';

/** 9,261 states of 3 words, 60 steps deep. */
const model = grid(3, 20);

describe('a search that is bounded', () => {
  it('says what stopped it', () => {
    expect(explore(model, [])).toMatchObject({ complete: true, bound: null, depth: 60 });
    expect(explore(model, [], { maxStates: 9260 })).toMatchObject({ complete: false, bound: 'states', states: 9260 });
    expect(explore(model, [], { deadline: () => true })).toMatchObject({ complete: false, bound: 'deadline' });
    expect(explore(model, [], { maxBytes: 100_000 })).toMatchObject({ complete: false, bound: 'memory' });
  });

  it('is as deep as the farthest state that it met', () => {
    // 1, 3 and 6 states are 0, 1 and 2 steps away.
    expect(explore(model, [], { maxStates: 4 })).toMatchObject({ states: 4, depth: 1 });
    expect(explore(model, [], { maxStates: 5 })).toMatchObject({ states: 5, depth: 2 });
  });

  it('counts the same, whatever it was told to expect', () => {
    const { bytesPerState: _, ...expected } = explore(model, []);
    for (const expectedStates of [1, 9261, 1_000_000]) {
      expect(explore(model, [], { expectedStates })).toMatchObject(expected);
    }
  });

  it('ends, and does not fail, when the machine has no memory left', () => {
    const memory = new Memory(Number.POSITIVE_INFINITY);
    expect(memory.take(8, () => new Int32Array(2 ** 40))).toBeNull();
    expect(() =>
      memory.take(8, () => {
        throw new TypeError('another mistake');
      }),
    ).toThrow(TypeError);
    expect(memory.peak).toBe(0);
  });

  it('uses no more memory than it may, and all but a part of it', () => {
    for (const maxBytes of [200_000, 300_000, 400_000]) {
      const { states, bytesPerState, bound } = explore(model, [], { maxBytes });
      expect(bound).toBe('memory');
      expect(states * bytesPerState).toBeLessThanOrEqual(maxBytes);
      expect(states * bytesPerState).toBeGreaterThan(maxBytes / 4);
    }
  });

  it('has room for a first thousand states in any case', () => {
    expect(explore(model, [], { maxBytes: 1 })).toMatchObject({ states: 1024, complete: false, bound: 'memory' });
    expect(howOften(model, 'hit', { maxBytes: 1 })).toMatchObject({ states: 1024, complete: false, times: 0 });
  });

  it('says where it stands every 1,024 states, to who counts how often a mark can happen too', () => {
    const told: Progress[] = [];
    const onProgress = (progress: Progress): void => {
      told.push(progress);
    };
    explore(model, [], { onProgress });
    expect(told).toHaveLength(Math.floor(9261 / 1024));
    const [first] = told;
    expect(first?.states).toBe(1024 + (first?.queue ?? 0));
    expect(first?.transitions).toBeLessThanOrEqual(3 * 1024);
    // 15 levels of the cube's corner hold 680 states, 18 of them 1,140.
    expect(first?.depth).toBe(17);
    howOften(model, 'hit', { onProgress });
    expect(told).toHaveLength(2 * Math.floor(9261 / 1024));
  });

  it.each([{ maxBytes: 0 }, { maxBytes: Number.NaN }, { expectedStates: -1 }, { maxStates: 0.5 }])(
    'is refused when %j is nothing to count to',
    (bounds) => {
      expect(() => explore(model, [], bounds)).toThrow(RangeError);
    },
  );
});
