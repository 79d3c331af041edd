import { describe, expect, it } from 'vitest';
import { LevelWatch } from './outlook.ts';

/** What is said at the beginning of each level, by how many states the levels have. */
const said = (levels: readonly number[]) => {
  const watch = new LevelWatch();
  return levels.map((queue, depth) => watch.see({ depth, queue }));
};

describe('the outlook of a search', () => {
  it('is unknown at the first level, as nothing has grown or shrunk yet', () => {
    expect(said([1])).toEqual([{ kind: 'unknown' }]);
  });

  it('names the factor, and no end, as long as the levels grow', () => {
    expect(said([10, 20, 60])).toEqual([
      { kind: 'unknown' },
      { kind: 'growing', factor: 2 },
      { kind: 'growing', factor: 3 },
    ]);
  });

  it('adds up the levels to come once they shrink: 64 + 32 + 16 and so on are 128', () => {
    expect(said([256, 128, 64]).at(-1)).toEqual({ kind: 'shrinking', states: 128 });
  });

  it('is never too hopeful where levels shrink ever faster, as those of a grid do', () => {
    const levels = [1, 3, 6, 10, 12, 12, 10, 6, 3, 1];
    for (const [depth, outlook] of said(levels).entries()) {
      const left = levels.slice(depth).reduce((sum, states) => sum + states, 0);
      if (outlook.kind === 'shrinking') expect(outlook.states).toBeGreaterThanOrEqual(left);
    }
  });

  it('begins anew with another search', () => {
    const watch = new LevelWatch();
    watch.see({ depth: 3, queue: 100 });
    watch.see({ depth: 4, queue: 50 });
    expect(watch.see({ depth: 0, queue: 1 })).toEqual({ kind: 'unknown' });
  });
});
