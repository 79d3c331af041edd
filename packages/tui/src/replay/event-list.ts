import { isTrouble } from '@custody/replay';
import { evolve, nameOf, type Position, position, type TraceEvent, type World } from '@custody/trace';
import { type Lines, windowAt } from '../lines.ts';
import { cutRow, type Row, type Span, span, type Tone } from '../row.ts';
import { shortFields, timeOf } from '../short-fields.ts';
import type { ReplayView } from '../view.ts';
import { type Lanes, laneCells, laneHeads, lanesOf } from './lanes.ts';

/** What the event list is drawn from. */
export interface ListScene {
  readonly view: ReplayView;
  readonly lines: Lines;
  readonly at: Position;
  readonly width: number;
  readonly height: number;
  /** How many lanes there may be; that many rows go to their heads. */
  readonly laneRoom: number;
  /** The sign beside a position: a finding, a note, a mark. */
  readonly flagAt: (at: Position) => Span;
}

/** Cursor, flag, space. */
const gutter = 3;
const typeWidth = 15;

/** Can the world at a position be had at once? */
const isKnown = ({ replayer }: ReplayView, at: Position): boolean => at <= replayer.reach();

const eventsAt = ({ timeline }: ReplayView, window: readonly Position[]): readonly TraceEvent[] =>
  window.filter((at) => at > 0).map((at) => timeline.at(at - 1));

/** The window's events with the world after each, where it is known; hidden events in between change no world. */
const eventsIn = (
  { view }: ListScene,
  window: readonly Position[],
): readonly { readonly event: TraceEvent; readonly world: World | null }[] => {
  const first = window.find((at) => at > 0);
  if (first === undefined) return [];
  let world = isKnown(view, first) ? view.replayer.stateAt(position(first - 1)) : null;
  return eventsAt(view, window).map((event) => {
    world = world === null ? null : evolve(world, event);
    return { event, world };
  });
};

const toneOf = (event: TraceEvent, at: Position, cursor: Position): Tone => {
  if (at === cursor) return 'strong';
  if (at > cursor) return 'dim';
  return isTrouble(event) ? 'bad' : 'normal';
};

const cursorSign = (at: Position, cursor: Position): Span => (at === cursor ? span('>', 'strong') : span(' '));

const startRow = (cursor: Position, flag: Span): Row => [
  cursorSign(position(0), cursor),
  flag,
  span(' -- the run begins --', cursor === 0 ? 'strong' : 'dim'),
];

/** The time column is as wide as the latest time in sight, which is its last. */
const timeWidthOf = (events: readonly TraceEvent[], isSimulated: boolean): number =>
  Math.max(3, ...events.map(({ at }) => timeOf(at, isSimulated).length));

/** A line kept raw goes by the name that the kernel gave it. */
const fieldsIn = (event: TraceEvent, { lanes }: Lanes): string =>
  lanes.some(({ task }) => task === event.task) ? shortFields(event) : `[${event.task}] ${shortFields(event)}`;

/** What there is to list: the lanes' heads, and the positions below them. */
const listed = ({ view, lines, at, height, laneRoom }: ListScene) => {
  const rowsForLanes = height - laneRoom;
  const inSight = windowAt(lines, at, rowsForLanes, height);
  const lanes = lanesOf(eventsAt(view, inSight.slice(0, rowsForLanes)), laneRoom);
  const heads = laneHeads(lanes, gutter);
  return { lanes, heads, window: inSight.slice(0, height - heads.length) };
};

/** The position of each row of the list; null for the heads of the lanes. */
export const listedPositions = (scene: ListScene): readonly (Position | null)[] => {
  const { heads, window } = listed(scene);
  return [...heads.map(() => null), ...window];
};

/**
 * The event list with its task lanes, `height` rows tall or less. The event just applied is
 * marked with `>`; what follows it has not happened yet.
 */
export const eventList = (scene: ListScene): readonly Row[] => {
  const { view, at: cursor, width, flagAt } = scene;
  const isSimulated = view.header.source.kind === 'simulation';
  const { lanes, heads, window } = listed(scene);
  const shown = eventsIn(scene, window);
  const events = shown.map(({ event }) => event);
  const timeWidth = timeWidthOf(events, isSimulated);
  const starts = window[0] === 0 ? [startRow(cursor, flagAt(position(0)))] : [];
  const rows = shown.map(({ event, world }, index): Row => {
    const at = window[index + starts.length] ?? cursor;
    const tone = toneOf(event, at, cursor);
    return [
      cursorSign(at, cursor),
      flagAt(at),
      span(' '),
      ...laneCells(lanes, event, world),
      span(
        `${timeOf(event.at, isSimulated).padStart(timeWidth)} ${nameOf(event).padEnd(typeWidth)} ${fieldsIn(event, lanes)}`,
        tone,
      ),
    ];
  });
  return [...heads, ...starts, ...rows].map((row) => cutRow(row, width));
};
