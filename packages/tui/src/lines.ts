import type { RunIndex } from '@custody/replay';
import { type Position, position, type Timeline } from '@custody/trace';
import { topFor } from './scroll.ts';

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
  get count() {
    return timeline.length + 1;
  },
  positionOf: position,
  lineAt: (at) => at,
});

/**
 * Events with a meaning only: lines kept verbatim have none. What the index has not read yet has a line each, as nobody
 * knows what it is.
 */
export const meaningfulLines = (timeline: Timeline, index: RunIndex): Lines => {
  let positions = new Int32Array(1);
  let known = 1;
  let read = 0;

  /** Sifts what has been read since. */
  const sift = (): void => {
    const now = index.read();
    if (positions.length < now + 1) {
      const sifted = positions;
      positions = new Int32Array(Math.max(now, timeline.length) + 1);
      positions.set(sifted);
    }
    for (; read < now; read += 1) {
      if (!index.isKind(read, 'meaning')) continue;
      positions[known] = read + 1;
      known += 1;
    }
  };

  const lineAt = (at: Position): number => {
    sift();
    if (at > read) return known + at - read - 1;
    let low = 0;
    let high = known - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((positions[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  return {
    get count() {
      sift();
      return known + timeline.length - read;
    },
    positionOf: (line) => {
      sift();
      return position(line < known ? (positions[line] ?? -1) : read + 1 + line - known);
    },
    lineAt,
  };
};

/** The position `step` lines on (or back, when negative), seen from a position that may have no line of its own. */
export const stepped = (lines: Lines, at: Position, step: number): Position => {
  const line = lines.lineAt(at);
  const between = lines.positionOf(line) < at && step < 0 ? 1 : 0;
  return lines.positionOf(Math.min(lines.count - 1, Math.max(0, line + step + between)));
};

/**
 * The positions that a list shows, from its first row down to the end of the run; the cursor is among the first
 * `rows`, as `topFor` has it.
 *
 * @param most - at most this many positions are wanted.
 */
export const windowAt = (lines: Lines, at: Position, rows: number, most = rows): readonly Position[] => {
  const line = lines.lineAt(at);
  const top = topFor(line, lines.count, rows);
  const length = Math.min(lines.count - top, most);
  const positions = Array.from({ length }, (_, row) => lines.positionOf(top + row));
  if (lines.positionOf(line) === at) return positions;
  // The event just applied is hidden: it shows all the same, as the cursor must stand somewhere.
  const under = line - top + 1;
  return [...positions.slice(under < rows ? 0 : 1, under), at, ...positions.slice(under)].slice(0, most);
};
