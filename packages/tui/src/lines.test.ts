import { runIndex } from '@custody/replay';
import { position, timelineOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allLines, type Lines, meaningfulLines, stepped, windowAt } from './lines.ts';
import { acquired, eventsBy, kept, longRun } from './run.testing.ts';

/** m: a meaningful event, k: a line kept; of which the first `read` have been read. */
const linesIn = (pattern: string, read = pattern.length) => {
  const moves = [...pattern].map((letter) => ['T0', letter === 'k' ? kept : acquired] as const);
  const timeline = timelineOf(eventsBy(...moves));
  const index = runIndex(timeline);
  index.readTo(read);
  return meaningfulLines(timeline, index);
};

const positionsOf = (lines: Lines) => Array.from({ length: lines.count }, (_, line) => lines.positionOf(line));

describe('the lines of the list', () => {
  it('are the start of the run and every event with a meaning', () => {
    expect(positionsOf(linesIn('mkkm'))).toEqual([0, 1, 4]);
  });

  it('are all events where nobody has read yet', () => {
    const lines = linesIn('mkkmkm', 3);
    expect(positionsOf(lines)).toEqual([0, 1, 4, 5, 6]);
    expect([3, 4, 6].map((at) => lines.lineAt(position(at)))).toEqual([1, 2, 4]);
  });

  it('step over lines kept raw, from wherever the cursor is', () => {
    const lines = linesIn('mkkm');
    expect(stepped(lines, position(1), 1)).toBe(4);
    expect(stepped(lines, position(3), 1)).toBe(4);
    expect(stepped(lines, position(3), -1)).toBe(1);
    expect(stepped(lines, position(4), -1)).toBe(1);
  });

  it('end at both ends', () => {
    const lines = linesIn('mm');
    expect(stepped(lines, position(0), -1)).toBe(0);
    expect(stepped(lines, position(1), 50)).toBe(2);
  });
});

describe('the window of the list', () => {
  it('always holds the cursor, in order, in the rows it has', () => {
    const pattern = fc.array(fc.constantFrom('m', 'k'), { maxLength: 80 });
    fc.assert(
      fc.property(pattern, fc.nat(), fc.integer({ min: 3, max: 20 }), fc.nat(4), (letters, seek, rows, more) => {
        const at = position(seek % (letters.length + 1));
        const window = windowAt(linesIn(letters.join('')), at, rows, rows + more);
        expect(window.slice(0, rows)).toContain(at);
        expect(window.length).toBeLessThanOrEqual(rows + more);
        expect(window).toEqual([...new Set(window)].sort((left, right) => left - right));
      }),
    );
  });

  it('stands still for most steps', () => {
    const lines = allLines(timelineOf(longRun(200)));
    const tops = Array.from({ length: 100 }, (_, step) => windowAt(lines, position(50 + step), 12)[0]);
    expect(new Set(tops).size).toBeLessThan(20);
  });

  it('shows the event just applied even when its kind is hidden', () => {
    expect(windowAt(linesIn('mkkm'), position(2), 5)).toEqual([0, 1, 2, 4]);
  });
});
