import { evolve, type GroupId, type Position, position, type World } from '@custody/trace';
import { type Changes, changesBetween } from './changes.ts';
import { groupOf, groupsByWeight } from './focus.ts';
import { groupLine, groupRows } from './group-rows.ts';
import { lockRows, taskRows, troubleRows } from './lock-rows.ts';
import { cutRow, cutRows, type Row, span } from './row.ts';
import { wrapped } from './text.ts';
import type { ReplayView } from './view.ts';

/** The world at a position, with what its event changed and the group it was about. */
export interface Moment {
  readonly world: World;
  readonly changes: Changes;
  readonly focus: GroupId | null;
}

/** What the event before `at` did; before the first event nothing has changed. */
const momentAt = ({ timeline, replayer }: ReplayView, at: Position): Moment => {
  if (at === 0) {
    const world = replayer.stateAt(at);
    return { world, changes: changesBetween(world, world), focus: null };
  }
  const before = replayer.stateAt(position(at - 1));
  const event = timeline.at(at - 1);
  const world = evolve(before, event);
  return { world, changes: changesBetween(before, world), focus: groupOf(event, world) ?? groupOf(event, before) };
};

/** Groups in as much detail as there is room for: all in full, or the first in full and the others in a line. */
const groupPane = (moment: Moment, width: number, height: number): readonly Row[] => {
  const { world, changes, focus } = moment;
  const ids = groupsByWeight(world, focus);
  const full = ids.flatMap((id) => groupRows(world, id, changes, width));
  if (full.length <= height) return full;
  const rows: Row[] = [];
  for (const [index, id] of ids.entries()) {
    const inFull = groupRows(world, id, changes, width);
    const left = ids.length - index - 1;
    const fits = rows.length + inFull.length + left <= height;
    rows.push(...(fits || index === 0 ? inFull : [groupLine(world, id, changes)]));
  }
  return cutRows(rows, height, 'groups');
};

/**
 * A moment in at most `height` rows: groups first, then locks, calls and trouble, which keep half of the room if they
 * need it.
 */
export const momentRows = (moment: Moment, width: number, height: number): readonly Row[] => {
  const { world, changes } = moment;
  const busy = [...troubleRows(world), ...lockRows(world, changes), ...taskRows(world, changes)];
  const tail = cutRows(busy, Math.ceil(height / 2));
  const gap = tail.length > 0 ? 1 : 0;
  const groups = groupPane(moment, width, height - tail.length - gap);
  return [...groups, ...(gap === 1 ? [[]] : []), ...tail].map((row) => cutRow(row, width));
};

/** The world at a position in at most `height` rows. */
export const worldPane = (view: ReplayView, at: Position, width: number, height: number): readonly Row[] => {
  if (at > view.replayer.reach()) {
    const percent = Math.floor((100 * view.replayer.reach()) / view.timeline.length);
    return wrapped(`The world here is being worked out: ${percent} % of the run done`, width).map((line) => [
      span(line),
    ]);
  }
  return momentRows(momentAt(view, at), width, height);
};
