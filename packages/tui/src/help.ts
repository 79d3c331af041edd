import { bindings } from './bindings.ts';
import { cutRow, cutRows, type Row, span } from './row.ts';
import { fit } from './text.ts';

const signs: readonly (readonly [string, string])[] = [
  ['>', 'the event just applied'],
  ['! n a', 'a finding, a note, mark a'],
  ['●', 'the task that moved'],
  ['!', 'it moved, and failed'],
  ['┃', 'holds a lock'],
  ['w', 'waits for a lock'],
  ['│ ·', 'inside a call; in no call'],
  ['*', 'changed by that event'],
  ['!!', 'two holders, or events lost'],
  ['?', 'nobody has read it yet'],
  ['-', 'no driver'],
  ['m', 'driver_managed_dma'],
  ['x2', 'owner count 2'],
  ['1/3', 'one of three has a driver'],
];

const keyCells = bindings.map(({ label, does }): Row => [span(fit(label, 11), 'strong'), span(does)]);
const signCells = signs.map(([sign, means]): Row => [span(fit(sign, 8), 'strong'), span(means)]);

const paired = (left: Row, right: Row, width: number): Row => {
  const kept = cutRow(left, width - 1);
  const used = kept.reduce((sum, { text }) => sum + text.length, 0);
  return [...kept, span(' '.repeat(width - used)), ...right];
};

/** All keys and all signs, in words. */
export const helpRows = (width: number, height: number): readonly Row[] => {
  const half = Math.min(44, Math.floor(width / 2) + 2);
  const count = Math.max(keyCells.length, signCells.length);
  const rows = Array.from({ length: count }, (_, index) => paired(keyCells[index] ?? [], signCells[index] ?? [], half));
  return cutRows(rows, height).map((row) => cutRow(row, width));
};
