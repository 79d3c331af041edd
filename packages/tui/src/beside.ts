import { cutRow, type Row, span } from './row.ts';
import { widthOf } from './text.ts';

const widthOfRow = (row: Row): number => row.reduce((sum, { text }) => sum + widthOf(text), 0);

/** A row in exactly `width` columns, cut or filled with blanks. */
const fitRow = (row: Row, width: number): Row => {
  const kept = cutRow(row, width);
  const missing = width - widthOfRow(kept);
  return missing > 0 ? [...kept, span(' '.repeat(missing))] : kept;
};

/** Two blocks of rows side by side with a bar between, `height` rows tall; the left one is `width` columns wide. */
export const beside = (left: readonly Row[], right: readonly Row[], width: number, height: number): readonly Row[] =>
  Array.from(
    { length: height },
    (_, row): Row => [...fitRow(left[row] ?? [], width), span('│ '), ...(right[row] ?? [])],
  );

/** Exactly `height` rows. */
export const filled = (rows: readonly Row[], height: number): readonly Row[] =>
  Array.from({ length: height }, (_, row) => rows[row] ?? []);
