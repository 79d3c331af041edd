import { type Position, position, type Timeline } from '@custody/trace';

/**
 * The lines of the event list: line 0 is the start of the run, every other line is an event and stands for the
 * position just after it.
 */
export interface Lines {
  readonly count: number;
  /** @throws RangeError when there is no such line. */
  readonly positionOf: (line: number) => Position;
  /** The last line at or before a position. */
  readonly lineAt: (at: Position) => number;
}

/** Every event has its line. */
export const allLines = (timeline: Timeline): Lines => ({
  count: timeline.length + 1,
  positionOf: position,
  lineAt: (at) => at,
});

const shownPositions = (timeline: Timeline): Int32Array => {
  const positions = new Int32Array(timeline.length + 1);
  let count = 1;
  for (let index = 0; index < timeline.length; index += 1) {
    if (timeline.at(index).type === 'LineKept') continue;
    positions[count] = index + 1;
    count += 1;
  }
  return positions.subarray(0, count);
};

/** Events with a meaning only: lines kept verbatim have none. Reads the whole run once, then nothing. */
export const meaningfulLines = (timeline: Timeline): Lines => {
  const positions = shownPositions(timeline);
  const lineAt = (at: Position): number => {
    let low = 0;
    let high = positions.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((positions[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return { count: positions.length, positionOf: (line) => position(positions[line] ?? -1), lineAt };
};

/** The position `step` lines on (or back, when negative), seen from a position that may have no line of its own. */
export const stepped = (lines: Lines, at: Position, step: number): Position => {
  const line = lines.lineAt(at);
  const between = lines.positionOf(line) < at && step < 0 ? 1 : 0;
  return lines.positionOf(Math.min(lines.count - 1, Math.max(0, line + step + between)));
};

/**
 * The positions that a list shows, from its first row down to the end of the run; the cursor is among the first
 * `rows`. The list jumps by half its height instead of sliding, so that a step redraws two lines, not all; its first
 * row follows from the position alone, so a place always looks the same.
 *
 * @param most - at most this many positions are wanted.
 */
export const windowAt = (lines: Lines, at: Position, rows: number, most = rows): readonly Position[] => {
  const line = lines.lineAt(at);
  const half = Math.max(1, Math.floor(rows / 2));
  const jumped = Math.floor((line - Math.floor(rows / 4)) / half) * half;
  const top = Math.max(0, Math.min(jumped, lines.count - rows));
  const length = Math.min(lines.count - top, most);
  const positions = Array.from({ length }, (_, row) => lines.positionOf(top + row));
  if (lines.positionOf(line) === at) return positions;
  // The event just applied is hidden: it shows all the same, as the cursor must stand somewhere.
  const under = line - top + 1;
  return [...positions.slice(under < rows ? 0 : 1, under), at, ...positions.slice(under)].slice(0, most);
};
