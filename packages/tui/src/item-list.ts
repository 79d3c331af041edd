import { cutRow, type Row, span, textOf } from './row.ts';
import { topFor } from './scroll.ts';
import type { Size } from './view.ts';

/** One thing of a list, on one row or more; a heading cannot be chosen. */
export interface Item<Value> {
  readonly rows: readonly Row[];
  /** What choosing it is about; null for a heading. */
  readonly value: Value | null;
}

type Items<Value> = readonly Item<Value>[];

/** The indices of the items that can be chosen. */
const choices = (items: Items<unknown>): readonly number[] =>
  items.flatMap(({ value }, index) => (value === null ? [] : [index]));

/** The item that is the `chosen`th of those that can be. */
export const chosenOf = <Value>(items: Items<Value>, chosen: number): Value | null =>
  items[choices(items)[chosen] ?? -1]?.value ?? null;

/** How many can be chosen. */
export const choiceCount = (items: Items<unknown>): number => choices(items).length;

/** `chosen` and some steps on (back, when negative), within the list. */
export const chosenBy = (items: Items<unknown>, chosen: number, steps: number): number =>
  Math.max(0, Math.min(choiceCount(items) - 1, chosen + steps));

/** Each row of the list, with the item that it is of. */
const rowsOf = (
  items: Items<unknown>,
): readonly { readonly row: Row; readonly item: number; readonly isFirst: boolean }[] =>
  items.flatMap(({ rows }, item) => rows.map((row, line) => ({ row, item, isFirst: line === 0 })));

const windowOf = (items: Items<unknown>, chosen: number, height: number) => {
  const rows = rowsOf(items);
  const item = choices(items)[chosen] ?? 0;
  const first = Math.max(
    0,
    rows.findIndex((row) => row.item === item),
  );
  // The headings above the first choice are seen with it.
  const top = topFor(chosen === 0 ? 0 : first, rows.length, height);
  return { item, shown: rows.slice(top, top + height) };
};

/** A list in at most `rows` rows; the chosen item is marked with `>`. */
export const itemRows = (items: Items<unknown>, chosen: number, { columns, rows }: Size): readonly Row[] => {
  const { item, shown } = windowOf(items, chosen, rows);
  return shown.map(({ row, item: of, isFirst }) => {
    const isChosen = of === item && items[item]?.value !== null;
    const sign = span(isChosen && isFirst ? '> ' : '  ', 'strong');
    return cutRow(
      [sign, ...(isChosen ? row.map((piece) => (piece.tone === 'normal' ? span(piece.text, 'strong') : piece)) : row)],
      columns,
    );
  });
};

/** Which item is on a row of the list, as a number among those that can be chosen; null for a heading or none. */
export const choiceAtRow = (items: Items<unknown>, chosen: number, row: number, height: number): number | null => {
  const clicked = windowOf(items, chosen, height).shown[row];
  const number = clicked === undefined ? -1 : choices(items).indexOf(clicked.item);
  return number < 0 ? null : number;
};

/** The chosen item in lines for who listens. */
export const spokenItem = (items: Items<unknown>, chosen: number): readonly string[] =>
  (items[choices(items)[chosen] ?? -1]?.rows ?? []).map((row) => textOf(row).replace(/\s+/g, ' ').trim());
