import type { Position, TraceEvent } from '@custody/trace';
import { beside, filled } from '../beside.ts';
import type { Row } from '../row.ts';
import type { ReplayView, Size } from '../view.ts';
import { worldPane } from '../world-pane.ts';
import { eventList } from './event-list.ts';
import { flagsOf } from './flags.ts';
import { type Layout, layoutOf } from './layout.ts';
import { byPosition, inOrder, linesOf } from './overview.ts';
import { eventRows, type Remarks, remarkRows, rule } from './place-rows.ts';
import type { Replay } from './state.ts';

export const eventAt = ({ timeline }: ReplayView, at: Position): TraceEvent | null =>
  at === 0 ? null : timeline.at(at - 1);

export const remarksAt = ({ overview, notes, position }: Replay): Remarks => ({
  findings: overview.findings.get(position) ?? [],
  notes: byPosition(notes).get(position) ?? [],
  findingPositions: overview.findingPositions,
  notePositions: inOrder(notes.map((note) => note.position)),
});

const listRows = (state: Replay, { list, lanes }: Layout): readonly Row[] => {
  const { view, overview, notes, marks, verbatim, position: at } = state;
  const flagAt = flagsOf(overview.findings, notes, marks);
  const { columns: width, rows: height } = list;
  return eventList({ view, lines: linesOf(overview, verbatim), at, width, height, laneRoom: lanes, flagAt });
};

/** Events beside the world, or above it. */
const upperRows = (state: Replay, layout: Layout): readonly Row[] => {
  const list = listRows(state, layout);
  const { columns, rows } = layout.world;
  const world = worldPane(state.view, state.position, columns, rows);
  if (!layout.isStacked) return beside(list, world, layout.list.columns, layout.list.rows);
  return [...filled(list, layout.list.rows), rule('the world', layout.columns), ...filled(world, rows)];
};

/** Lanes, events, the world, and what is to be said where the cursor stands. */
export const bodyRows = (state: Replay, size: Size): readonly Row[] => {
  const { view, overview, position: at } = state;
  const event = eventAt(view, at);
  const layout = layoutOf(size, overview.tasks);
  return [
    ...upperRows(state, layout),
    ...eventRows(event, size.columns),
    ...remarkRows(remarksAt(state), at, size.columns, layout.notes),
  ];
};
