import type { Position, TraceEvent } from '@custody/trace';
import { Box, Text } from 'ink';
import { useMemo } from 'react';
import { eventList } from './event-list.ts';
import { flagsOf } from './flags.ts';
import { inputRow, statusRow } from './footer.ts';
import { helpRows } from './help.ts';
import { type Layout, layoutOf, smallest } from './layout.ts';
import { byPosition, inOrder, linesOf, type Overview } from './overview.ts';
import { Pane } from './pane.tsx';
import { eventRows, type Remarks, readingRows, remarkRows, rule } from './place-rows.ts';
import { type Row, span } from './row.ts';
import { titleRow } from './title.ts';
import type { Ui } from './ui.ts';
import type { NoteView, ReplayView, Size } from './view.ts';
import { worldPane } from './world-pane.ts';

export interface ReplayFrameProps {
  readonly view: ReplayView;
  readonly overview: Overview;
  /** As they are now: notes may have been added since the screen opened. */
  readonly notes: readonly NoteView[];
  readonly ui: Ui;
  readonly size: Size;
  readonly isColored: boolean;
}

type PlaceProps = Omit<ReplayFrameProps, 'size'> & { readonly layout: Layout };

/** The list and the world: everything that depends on the position and on nothing that is typed. */
const useBody = ({ view, overview, notes, ui, layout }: PlaceProps) => {
  const { position: at, verbatim, marks } = ui;
  const list = useMemo(() => {
    const flagAt = flagsOf(overview.findings, notes, marks);
    const { columns: width, rows: height } = layout.list;
    return eventList({ view, lines: linesOf(overview, verbatim), at, width, height, laneRoom: layout.lanes, flagAt });
  }, [view, overview, notes, at, verbatim, marks, layout]);
  const world = useMemo(() => worldPane(view, at, layout.world.columns, layout.world.rows), [view, at, layout]);
  return { list, world };
};

const barRows = (height: number): readonly Row[] => Array.from({ length: height }, () => [span('│', 'dim')]);

/** Events beside the world, or above it. */
function Body(props: PlaceProps) {
  const { layout, isColored } = props;
  const { list, world } = useBody(props);
  const { rows: height } = layout.list;
  const worldPart = <Pane rows={world} width={layout.world.columns} height={layout.world.rows} isColored={isColored} />;
  const bar = useMemo(() => barRows(height), [height]);
  return (
    <Box flexDirection={layout.isStacked ? 'column' : 'row'}>
      <Pane rows={list} width={layout.list.columns} height={height} isColored={isColored} />
      {layout.isStacked ? (
        <Pane rows={[rule('the world', layout.columns)]} width={layout.columns} height={1} isColored={isColored} />
      ) : (
        <Pane rows={bar} width={2} height={height} isColored={isColored} />
      )}
      {worldPart}
    </Box>
  );
}

const eventAt = ({ timeline }: ReplayView, at: Position): TraceEvent | null => (at === 0 ? null : timeline.at(at - 1));

const remarksAt = ({ overview, notes, ui }: Omit<ReplayFrameProps, 'size'>): Remarks => ({
  findings: overview.findings.get(ui.position) ?? [],
  notes: byPosition(notes).get(ui.position) ?? [],
  findingPositions: overview.findingPositions,
  notePositions: inOrder(notes.map((note) => note.position)),
});

/** Everything below the body: the event just applied, what people and checks say here, where one is, the prompt. */
const footRows = (props: PlaceProps): readonly Row[] => {
  const { view, ui, layout } = props;
  const { columns: width, notes: height } = layout;
  const said = remarkRows(remarksAt(props), ui.position, width, height);
  const blanks = Array.from({ length: height - said.length }, (): Row => []);
  const about = eventRows(eventAt(view, ui.position), width);
  return [...about, ...said, ...blanks, statusRow(view, ui.position, width), inputRow(ui, width)];
};

/** What covers the body for a while: the help, or all that is said at the cursor; null when nothing does. */
const coverRows = (props: PlaceProps, height: number): readonly Row[] | null => {
  const { view, ui, layout } = props;
  if (ui.mode.kind === 'help') return helpRows(layout.columns, height);
  if (ui.mode.kind !== 'read') return null;
  return readingRows(eventAt(view, ui.position), remarksAt(props), layout.columns, height);
};

const anyKeyRow: Row = [span('Any key goes back', 'strong')];

/** A whole screen for one state: a function of its props, one row less than the terminal. */
export function ReplayFrame({ size, ...props }: ReplayFrameProps) {
  const { view, overview, isColored } = props;
  const { columns, rows } = size;
  const layout = useMemo(() => layoutOf({ columns, rows }, overview.tasks), [columns, rows, overview.tasks]);
  if (layout === null) {
    const asked = `${smallest.columns}x${smallest.rows}`;
    return <Text wrap="truncate">{`custody needs ${asked}, this is ${columns}x${rows} (q quits)`}</Text>;
  }
  const height = rows - 3;
  const cover = coverRows({ ...props, layout }, height);
  const foot = cover === null ? footRows({ ...props, layout }) : [anyKeyRow];
  return (
    <Box flexDirection="column" width={columns}>
      <Pane rows={[titleRow(view, columns)]} width={columns} height={1} isColored={isColored} />
      {cover === null ? (
        <Body {...props} layout={layout} />
      ) : (
        <Pane rows={cover} width={columns} height={height} isColored={isColored} />
      )}
      <Pane rows={foot} width={columns} height={foot.length} isColored={isColored} />
    </Box>
  );
}
