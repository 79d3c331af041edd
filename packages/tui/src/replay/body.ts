import type { Position } from '@custody/trace';
import { beside, filled } from '../beside.ts';
import type { Row } from '../row.ts';
import type { Size } from '../view.ts';
import { worldPane } from '../world-pane.ts';
import { eventList, type ListScene, listedPositions } from './event-list.ts';
import { flagsOf } from './flags.ts';
import { type Layout, layoutOf } from './layout.ts';
import { eventAt } from './moves.ts';
import { byPosition, inOrder, linesOf } from './overview.ts';
import { eventRows, type Remarks, remarkRows, rule } from './place-rows.ts';
import { scrubRow } from './scrub.ts';
import type { Replay } from './state.ts';

export const remarksAt = ({ overview, notes, cases, position }: Replay): Remarks => ({
  findings: [
    ...(overview.findings.get(position) ?? []),
    ...cases.filter((met) => met.position === position).map(({ text }) => text),
  ],
  notes: byPosition(notes).get(position) ?? [],
  findingPositions: overview.findingPositions,
  notePositions: inOrder(notes.map((note) => note.position)),
});

const sceneOf = (state: Replay, { list, lanes }: Layout): ListScene => {
  const { view, overview, notes, marks, company, verbatim, position: at } = state;
  const flagAt = flagsOf(overview.findings, notes, marks, company.peers);
  const { columns: width, rows: height } = list;
  return { view, lines: linesOf(overview, verbatim), at, width, height, laneRoom: lanes, flagAt };
};

/** The position that a row of the body lists; null when it lists none. */
export const listedAt = (state: Replay, size: Size, row: number): Position | null =>
  listedPositions(sceneOf(state, layoutOf(size, state.overview.index.tasks())))[row] ?? null;

/** Events beside the world, or above it. */
const upperRows = (state: Replay, layout: Layout): readonly Row[] => {
  const list = eventList(sceneOf(state, layout));
  const { columns, rows } = layout.world;
  const world = worldPane(state.view, state.position, columns, rows);
  if (!layout.isStacked) return beside(list, world, layout.list.columns, layout.list.rows);
  return [...filled(list, layout.list.rows), rule('the world', layout.columns), ...filled(world, rows)];
};

/** Lanes, events, the world, and what is to be said where the cursor stands. */
export const bodyRows = (state: Replay, size: Size): readonly Row[] => {
  const { columns } = size;
  const layout = layoutOf(size, state.overview.index.tasks());
  return [
    ...upperRows(state, layout),
    ...eventRows(eventAt(state), columns),
    ...filled(remarkRows(remarksAt(state), state.position, columns, layout.notes), layout.notes),
    scrubRow(state, columns),
  ];
};
