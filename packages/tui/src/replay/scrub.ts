import type { Nanos, Position } from '@custody/trace';
import { type Row, type Span, span } from '../row.ts';
import { isRead, type Replay } from './state.ts';

/** A bar as wide as the screen would cost as many bytes as all its words; it says no more than this one. */
const widest = 48;

const scrubWidth = (columns: number): number => Math.min(columns, widest);

/** From nothing to much; the first is for a stretch in which nothing happened. */
const levels = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'];

const levelOf = (count: number, most: number): string => {
  if (count === 0) return levels[0] ?? ' ';
  // By the root, as a burst would make all else vanish.
  const share = Math.sqrt(count / most);
  return levels[Math.max(1, Math.min(levels.length - 1, Math.ceil(share * (levels.length - 1))))] ?? ' ';
};

/** A tail of what has not been read yet. */
const unread = '·';

/** The time of a position: that of the event before it. */
const timeAt = ({ view }: Replay, at: Position): Nanos | null => {
  if (view.timeline.length === 0) return null;
  return view.timeline.at(at === 0 ? 0 : at - 1).at;
};

/**
 * The whole run in one row, by time: how much happened when, and over it the findings `!`, notes `n`, marks, and where one
 * stands.
 */
export const scrubRow = (state: Replay, columns: number): Row => {
  const width = scrubWidth(columns);
  const { overview, notes, marks, position } = state;
  const { index } = overview;
  const counts = index.density(width);
  const most = counts.reduce((sum, count) => Math.max(sum, count), 0);
  const cells: Span[] = counts.map((count) => span(levelOf(count, most), 'dim'));
  const partAt = (at: Position): number => {
    const time = timeAt(state, at);
    return time === null ? 0 : index.partOf(time, width);
  };
  if (!isRead(state)) {
    for (let part = partAt(index.read() as Position) + 1; part < width; part += 1) cells[part] = span(unread, 'dim');
  }
  const put = (at: Position, sign: Span): void => {
    if (at <= state.end) cells[partAt(at)] = sign;
  };
  for (const [letter, at] of Object.entries(marks)) put(at, span(letter, 'accent'));
  for (const note of notes) put(note.position, span('n', 'accent'));
  for (const at of overview.findingPositions) put(at, span('!', 'bad'));
  put(position, span('◆', 'strong'));
  return cells;
};

/** The position at a cell of the row. */
export const scrubbedTo = ({ view, overview, end }: Replay, column: number, columns: number): Position => {
  const width = scrubWidth(columns);
  if (view.timeline.length === 0) return end;
  const [first, last] = [view.timeline.at(0).at, view.timeline.at(view.timeline.length - 1).at];
  const at = first + ((last - first + 1) * (column + 0.5)) / width;
  return overview.index.positionAt(at as Nanos);
};
