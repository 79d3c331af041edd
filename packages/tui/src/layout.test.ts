import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout.ts';

describe('the layout', () => {
  it('needs 80x24', () => {
    expect(layoutOf({ columns: 79, rows: 24 }, 2)).toBeNull();
    expect(layoutOf({ columns: 80, rows: 23 }, 2)).toBeNull();
    expect(layoutOf({ columns: 80, rows: 24 }, 2)?.isStacked).toBe(false);
  });

  it('puts the world below the list on a tall, narrow terminal', () => {
    expect(layoutOf({ columns: 80, rows: 50 }, 2)?.isStacked).toBe(true);
    expect(layoutOf({ columns: 140, rows: 50 }, 2)?.isStacked).toBe(false);
  });

  it('uses every column and leaves one row free, whatever the size', () => {
    for (const columns of [80, 99, 100, 140, 300]) {
      for (const rows of [24, 29, 30, 45, 120]) {
        const layout = layoutOf({ columns, rows }, 3);
        if (layout === null) throw new Error(`Cannot lay out ${columns}x${rows}`);
        const { isStacked, list, world, notes } = layout;
        expect(isStacked ? list.columns : list.columns + 2 + world.columns).toBe(columns);
        expect(isStacked ? list.rows + 1 + world.rows : list.rows).toBe(rows - 1 - 5 - notes);
      }
    }
  });

  it('has no more lanes than the run has tasks', () => {
    expect(layoutOf({ columns: 140, rows: 45 }, 2)?.lanes).toBe(2);
    expect(layoutOf({ columns: 80, rows: 24 }, 40)?.lanes).toBe(4);
  });
});
