import { describe, expect, it } from 'vitest';
import { choiceAtRow, chosenBy, chosenOf, type Item, itemRows } from './item-list.ts';
import { span, textOf } from './row.ts';

const heading = (text: string): Item<string> => ({ rows: [[span(text)]], value: null });
const item = (name: string, rows = 1): Item<string> => ({
  rows: Array.from({ length: rows }, (_, row) => [span(row === 0 ? name : `  ${name} ${row}`)]),
  value: name,
});

const items = [heading('fruit'), item('apple'), item('pear', 2), heading('roots'), item('beet')];

const drawn = (chosen: number, rows = 10) => itemRows(items, chosen, { columns: 20, rows }).map(textOf);

describe('a list of items', () => {
  it('marks the chosen one, and its first row only', () => {
    expect(drawn(1)).toEqual(['  fruit', '  apple', '> pear', '    pear 1', '  roots', '  beet']);
  });

  it('steps over headings and stops at both ends', () => {
    expect([0, 1, 2].map((chosen) => chosenOf(items, chosen))).toEqual(['apple', 'pear', 'beet']);
    expect([chosenBy(items, 1, 1), chosenBy(items, 2, 1), chosenBy(items, 0, -1)]).toEqual([2, 2, 0]);
  });

  it('keeps the chosen one in sight, with the heading above the first', () => {
    expect(drawn(2, 3)).toContain('> beet');
    expect(drawn(0, 3)).toEqual(['  fruit', '> apple', '  pear']);
  });

  it('knows what is on a row that was clicked', () => {
    expect([0, 1, 3, 5, 9].map((row) => choiceAtRow(items, 0, row, 10))).toEqual([null, 0, 1, 2, null]);
  });

  it('chooses nothing where there is nothing', () => {
    expect(chosenOf([heading('fruit')], 0)).toBeNull();
    expect(itemRows([heading('fruit')], 0, { columns: 20, rows: 3 }).map(textOf)).toEqual(['  fruit']);
  });
});
