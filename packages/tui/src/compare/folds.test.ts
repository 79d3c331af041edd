import { describe, expect, it } from 'vitest';
import { blocksOf, foldedList } from './folds.ts';

/** `=` a line that is alike in both runs, `*` one that is not. */
const blocksIn = (lines: string) => blocksOf({ count: lines.length, isAlike: (line) => lines[line] === '=' });

const rowsOf = (lines: string, open: readonly number[] = []) => {
  const list = foldedList(blocksIn(lines), new Set(open));
  return Array.from({ length: list.count }, (_, row) => {
    const shown = list.at(row);
    return shown.kind === 'line' ? String(shown.line) : `${shown.from}-${shown.to}`;
  });
};

describe('folds', () => {
  it('leave two lines of what is alike on either side of a hunk', () => {
    expect(rowsOf('==========*==========')).toEqual(['0-8', '8', '9', '10', '11', '12', '13-21']);
    expect(rowsOf('*==========*')).toEqual(['0', '1', '2', '3-9', '9', '10', '11']);
  });

  it('hide nothing where little would be hidden', () => {
    expect(rowsOf('*=======*')).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('show the beginning of a long hunk', () => {
    expect(rowsOf(`=${'*'.repeat(20)}=`)).toEqual(['0', '1', '2', '3', '4', '5-21', '21']);
  });

  it('open one by one', () => {
    expect(rowsOf('==========*==========', [0])).toEqual([...'0123456789'.split(''), '10', '11', '12', '13-21']);
  });

  it('know the row of every line, also of a hidden one', () => {
    const list = foldedList(blocksIn('==========*=========='), new Set());
    expect([0, 5, 8, 10, 20].map(list.rowOf)).toEqual([0, 0, 1, 3, 6]);
  });

  it('make one row of two runs that are the same, and none of two empty ones', () => {
    expect(rowsOf('=======')).toEqual(['0-7']);
    expect(rowsOf('')).toEqual([]);
  });
});
