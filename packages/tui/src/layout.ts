import type { Size } from './view.ts';

/** Where things go on a terminal of some size. */
export interface Layout {
  readonly isStacked: boolean;
  readonly columns: number;
  readonly list: Size;
  readonly world: Size;
  /** Rows for notes and findings. */
  readonly notes: number;
  /** How many task lanes the list may have. */
  readonly lanes: number;
}

/** The smallest terminal with a whole screen. */
export const smallest: Size = { columns: 80, rows: 24 };

/** Title, rule, event, status, keys. */
const fixed = 5;

/** A row stays free below the frame: a frame as tall as the terminal makes ink clear and redraw everything. */
const spare = 1;

const lanesFor = (rows: number, tasks: number): number => Math.max(1, Math.min(tasks, 9, Math.floor(rows / 4)));

/**
 * Events left and the world right; on a terminal that is tall but narrow, the world below. Null when the terminal
 * is too small.
 *
 * @param tasks - how many tasks the run has, as there is no use for more lanes.
 */
export const layoutOf = ({ columns, rows }: Size, tasks: number): Layout | null => {
  if (columns < smallest.columns || rows < smallest.rows) return null;
  const notes = rows < 30 ? 2 : Math.min(8, Math.floor(rows / 10));
  const body = rows - spare - fixed - notes;
  if (columns < 100 && rows >= 40) {
    const world = Math.floor((body - 1) / 2);
    const list = body - 1 - world;
    const lanes = lanesFor(list, tasks);
    return { isStacked: true, columns, list: { columns, rows: list }, world: { columns, rows: world }, notes, lanes };
  }
  const right = Math.min(64, Math.floor(columns * 0.39));
  const [list, world] = [columns - right - 2, right].map((width) => ({ columns: width, rows: body })) as [Size, Size];
  return { isStacked: false, columns, list, world, notes, lanes: lanesFor(body, tasks) };
};
