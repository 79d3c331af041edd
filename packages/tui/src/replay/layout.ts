import type { Size } from '../view.ts';

/** Where things go in a body of some size. */
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

/** The rule and the event below the list, and the scrub bar. */
const fixed = 3;

const lanesFor = (rows: number, tasks: number): number => Math.max(1, Math.min(tasks, 9, Math.floor(rows / 4)));

/**
 * Events left and the world right; where it is tall but narrow, the world below.
 *
 * @param tasks - how many tasks the run has, as there is no use for more lanes.
 */
export const layoutOf = ({ columns, rows }: Size, tasks: number): Layout => {
  const notes = rows < 26 ? 2 : Math.min(8, Math.floor((rows + 4) / 10));
  const body = rows - fixed - notes;
  if (columns < 100 && rows >= 36) {
    const world = Math.floor((body - 1) / 2);
    const list = body - 1 - world;
    const lanes = lanesFor(list, tasks);
    return { isStacked: true, columns, list: { columns, rows: list }, world: { columns, rows: world }, notes, lanes };
  }
  const right = Math.min(64, Math.floor(columns * 0.39));
  const [list, world] = [columns - right - 2, right].map((width) => ({ columns: width, rows: body })) as [Size, Size];
  return { isStacked: false, columns, list, world, notes, lanes: lanesFor(body, tasks) };
};
