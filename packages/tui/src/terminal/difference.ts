import { blank, type Cell } from './cells.ts';

/** Begins a control sequence. */
const csi = '\u001b[';

const isSame = (left: Cell, right: Cell): boolean => left.text === right.text && left.style === right.style;

/** Cells that are the same are written again where going around them would take more bytes. */
const shortestGap = 8;

/** Characters of another width than one column, or of a width that terminals disagree about. */
const isEven = (row: readonly Cell[]): boolean => row.every(({ text }) => text.length === 1);

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The stretches of a row that have to be written. */
const stretchesOf = (before: readonly Cell[], after: readonly Cell[]): readonly Stretch[] => {
  const stretches: { from: number; to: number }[] = [];
  for (const [column, cell] of after.entries()) {
    if (isSame(before[column] ?? blank, cell)) continue;
    const last = stretches.at(-1);
    if (last !== undefined && column - last.to < shortestGap) last.to = column + 1;
    else stretches.push({ from: column, to: column + 1 });
  }
  if (stretches.length === 0 || (isEven(before) && isEven(after))) return stretches;
  // Where widths may differ, only the whole row is sure to come out right.
  return [{ from: 0, to: after.length }];
};

/** From which column on a row is empty. */
const emptyFrom = (row: readonly Cell[]): number => row.findLastIndex((cell) => !isSame(cell, blank)) + 1;

/** Underlined, inverse, struck through, or on a background: then a blank of that style is not one of any style. */
const isSeenOnBlanks = /(^|;)(4|7|9|4\d|10\d)(;|$)/;

/** What moving to a cell takes; a few blanks are written sooner. */
const shortestMove = 5;

/** Writes cells with as few changes of style as they have. */
class Pen {
  written = '';
  private style = '';
  private row = -1;

  /** @param cells - of that row, as it is to be. */
  to(row: number, column: number, cells: readonly Cell[]): void {
    const isNext = row === this.row + 1 && row > 0;
    if (row === this.row) this.written += `${csi}${column + 1}G`;
    else if (isNext && column < shortestMove && cells.slice(0, column).every((cell) => cell === blank)) {
      this.written += '\r\n';
      this.write(cells.slice(0, column));
    } else this.written += `${csi}${row + 1};${column + 1}H`;
    this.row = row;
  }

  private setStyle(style: string): void {
    if (style === this.style) return;
    const before = this.style === '' ? '' : '0;';
    this.written += style === '' ? `${csi}m` : `${csi}${before}${style}m`;
    this.style = style;
  }

  write(cells: readonly Cell[]): void {
    for (const cell of cells) {
      if (cell !== blank || isSeenOnBlanks.test(this.style)) this.setStyle(cell.style);
      this.written += cell.text;
    }
  }

  eraseToEnd(): void {
    this.setStyle('');
    this.written += `${csi}K`;
  }

  end(): string {
    this.setStyle('');
    return this.written;
  }
}

/** What erasing the rest of a row takes, against writing so many blanks. */
const worthErasing = 3;

/** What has to be written so that a terminal which shows `before` shows `after`; empty when it does. */
export const differenceOf = (before: readonly (readonly Cell[])[], after: readonly (readonly Cell[])[]): string => {
  const pen = new Pen();
  for (const [index, row] of after.entries()) {
    const old = before[index] ?? [];
    const empty = emptyFrom(row);
    for (const { from, to } of stretchesOf(old, row)) {
      pen.to(index, from, row);
      if (to > empty && to - Math.max(from, empty) > worthErasing) {
        pen.write(row.slice(from, Math.max(from, empty)));
        pen.eraseToEnd();
        break;
      }
      pen.write(row.slice(from, to));
    }
  }
  return pen.end();
};
