import { cut, plain, widthOf } from './text.ts';

/** How a piece of text is set off. Never the only sign of anything: some terminals show no tone at all. */
export type Tone = 'normal' | 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'accent' | 'inverse';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the screen, left to right. */
export type Row = readonly Span[];

/** A piece of a row; whatever could steer the terminal is taken out here, once for all. */
export const span = (text: string, tone: Tone = 'normal'): Span => ({ text: plain(text), tone });

export const textOf = (row: Row): string => row.map(({ text }) => text).join('');

/** The row in at most `width` columns, with neighbours of one tone joined. */
export const cutRow = (row: Row, width: number): Row => {
  const kept: Span[] = [];
  let left = width;
  for (const { text, tone } of row) {
    if (text === '') continue;
    if (left <= 0) break;
    const piece = cut(text, left);
    left -= widthOf(text);
    const last = kept.at(-1);
    if (last?.tone === tone) kept[kept.length - 1] = { text: last.text + piece, tone };
    else kept.push({ text: piece, tone });
  }
  return kept;
};

/** At most `height` rows; when some are left out, the last one says how many. */
export const cutRows = (rows: readonly Row[], height: number, what = 'lines'): readonly Row[] => {
  if (rows.length <= height) return rows;
  if (height <= 0) return [];
  return [...rows.slice(0, height - 1), [span(`+${rows.length - height + 1} more ${what}`, 'dim')]];
};
