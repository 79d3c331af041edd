import { isTrouble } from '@custody/replay';
import { nameOf, type TraceEvent } from '@custody/trace';
import { cutRow, type Row, type Span, span, type Tone } from '../row.ts';
import { shortFields } from '../short-fields.ts';
import { fit, widthOf } from '../text.ts';
import type { CompareView } from './compare-view.ts';
import type { FoldedList, FoldedRow } from './folds.ts';
import type { Cell, Side, SideLine } from './side-by-side.ts';

export const letterOf = { left: 'A', right: 'B' } as const;
/** Beside a cell: its event is in this run only, or in both but elsewhere. */
const onlySign = { left: '<', right: '>' } as const;

/** The cursor's column, and the bar between the sides with a sign on either side of it. */
const fixedWidth = 1 + 5;

/** How many columns each side has. */
export const sideWidth = (width: number): number => Math.floor((width - fixedWidth) / 2);

const signOf = (side: Side, cell: Cell | null, isAlike: boolean): Span => {
  if (cell === null || isAlike) return span(' ');
  return cell.like === null ? span(onlySign[side], 'bad') : span('~', 'warn');
};

const textOfEvent = (event: TraceEvent, position: number, placeWidth: number): string =>
  `${String(position).padStart(placeWidth)} ${event.task} ${nameOf(event)} ${shortFields(event)}`;

const toneOf = (event: TraceEvent, isAlike: boolean, isHere: boolean): Tone => {
  if (isHere) return 'strong';
  if (isTrouble(event)) return 'bad';
  return isAlike ? 'dim' : 'normal';
};

interface Scene {
  readonly view: CompareView;
  readonly width: number;
}

const cellSpan = ({ view, width }: Scene, side: Side, cell: Cell | null, isAlike: boolean, isHere: boolean): Span => {
  const { timeline } = view.runs[side];
  if (cell === null) return span(fit('', width));
  const event = timeline.at(cell.index);
  const placeWidth = Math.max(3, String(timeline.length).length);
  return span(fit(textOfEvent(event, cell.index + 1, placeWidth), width), toneOf(event, isAlike, isHere));
};

const cursorSpan = (isHere: boolean): Span => (isHere ? span('>', 'strong') : span(' '));

const lineRow = (scene: Scene, { left, right }: SideLine, isAlike: boolean, isHere: boolean): Row => [
  cursorSpan(isHere),
  cellSpan(scene, 'left', left, isAlike, isHere),
  span(' '),
  signOf('left', left, isAlike),
  span('│', 'dim'),
  signOf('right', right, isAlike),
  span(' '),
  cellSpan(scene, 'right', right, isAlike, isHere),
];

const many = (count: number, what: string): string => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

/** What a fold hides: how many events are alike, or how many each side has. */
const foldText = ({ lines }: CompareView, { from, to }: { readonly from: number; readonly to: number }): string => {
  if (lines.isAlike(from)) return `${many(to - from, 'event')} alike`;
  const counts = { left: 0, right: 0 };
  for (let line = from; line < to; line += 1) {
    const { left, right } = lines.at(line);
    if (left !== null) counts.left += 1;
    if (right !== null) counts.right += 1;
  }
  const told = (['left', 'right'] as const).filter((side) => counts[side] > 0);
  return told.map((side) => `${many(counts[side], 'more event')} of ${letterOf[side]}`).join(', ');
};

const foldRow = (
  view: CompareView,
  fold: Extract<FoldedRow, { kind: 'fold' }>,
  width: number,
  isHere: boolean,
): Row => {
  const text = ` ··· ${foldText(view, fold)} (Enter) ···`;
  return [
    cursorSpan(isHere),
    span(' '.repeat(Math.max(0, Math.floor((width - widthOf(text)) / 2) - 1))),
    span(text, isHere ? 'strong' : 'accent'),
  ];
};

/** The rows of a folded list from `top` on, at most `height` of them; the one at `cursor` is marked with `>`. */
export const listRows = (
  view: CompareView,
  list: FoldedList,
  {
    top,
    cursor,
    width,
    height,
  }: { readonly top: number; readonly cursor: number; readonly width: number; readonly height: number },
): readonly Row[] => {
  const scene = { view, width: sideWidth(width) };
  const count = Math.max(0, Math.min(height, list.count - top));
  return Array.from({ length: count }, (_, offset) => {
    const row = top + offset;
    const shown = list.at(row);
    const isHere = row === cursor;
    const cells =
      shown.kind === 'fold'
        ? foldRow(view, shown, width, isHere)
        : lineRow(scene, view.lines.at(shown.line), view.lines.isAlike(shown.line), isHere);
    return cutRow(cells, width);
  });
};
