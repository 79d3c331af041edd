import type { Position, Timeline } from '@custody/trace';
import { type Lines, stepped } from './lines.ts';
import { jumped, moved, type Step, said, type Ui } from './ui.ts';

/** What a key may need to know beside the state of the screen. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly end: Position;
  readonly lines: (verbatim: boolean) => Lines;
  /** How many lines a page is. */
  readonly page: number;
  readonly findings: readonly Position[];
  readonly notes: readonly Position[];
  readonly canNote: boolean;
}

/** Some lines on or back; says so at either end. */
export const stepBy = (ui: Ui, around: Surroundings, count: number): Step => {
  const position = stepped(around.lines(ui.verbatim), ui.position, count);
  if (position !== ui.position) return moved(ui, position);
  return said(ui, count > 0 ? 'This is the end of the run' : 'This is the start of the run');
};

/** To the nearest of some positions, in one direction. */
export const hopTo = (ui: Ui, positions: readonly Position[], direction: 1 | -1, what: string): Step => {
  const target =
    direction === 1
      ? positions.find((position) => position > ui.position)
      : positions.findLast((position) => position < ui.position);
  if (target !== undefined) return jumped(ui, target);
  if (positions.length === 0) return said(ui, `No ${what}s in this run`);
  return said(ui, `No ${what} ${direction === 1 ? 'after' : 'before'} position ${ui.position}`);
};
