import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout.ts';

describe('the layout', () => {
  it('puts the world below the list on a tall, narrow terminal', () => {
    expect(layoutOf({ columns: 80, rows: 46 }, 2).isStacked).toBe(true);
    expect(layoutOf({ columns: 140, rows: 46 }, 2).isStacked).toBe(false);
  });

  it('uses every column and row, whatever the size', () => {
    for (const columns of [80, 99, 100, 140, 300]) {
      for (const rows of [20, 25, 26, 41, 116]) {
        const layout = layoutOf({ columns, rows }, 3);
        const { isStacked, list, world, notes } = layout;
        expect(isStacked ? list.columns : list.columns + 2 + world.columns).toBe(columns);
        expect(isStacked ? list.rows + 1 + world.rows : list.rows).toBe(rows - 3 - notes);
      }
    }
  });

  it('has no more lanes than the run has tasks', () => {
    expect(layoutOf({ columns: 140, rows: 41 }, 2).lanes).toBe(2);
    expect(layoutOf({ columns: 80, rows: 20 }, 40).lanes).toBe(3);
  });
});
