import { columnsOf } from '../text.ts';

/** What a cell of the screen shows. */
export interface Cell {
  /** A character with what combines with it; empty for the second half of a wide one. */
  readonly text: string;
  /** SGR parameters that set it off, in one fixed order; empty for none. */
  readonly style: string;
}

export const blank: Cell = { text: ' ', style: '' };

type Attribute = 'bold' | 'dim' | 'italic' | 'underline' | 'inverse' | 'strike' | 'foreground' | 'background';
type Style = Partial<Record<Attribute, string>>;

const sets: Readonly<Record<string, Attribute>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  9: 'strike',
};
const resets: Readonly<Record<string, readonly Attribute[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['foreground'],
  49: ['background'],
};

/** How many parameters a colour takes: `38;5;n`, `38;2;r;g;b`. */
const colorLength = (parameters: readonly string[], at: number): number => (parameters[at + 1] === '5' ? 3 : 5);

const styledBy = (style: Style, sequence: string): Style => {
  let next: Style = { ...style };
  const parameters = sequence.split(';');
  for (let at = 0; at < parameters.length; at += 1) {
    const parameter = parameters[at] || '0';
    const set = sets[parameter];
    if (parameter === '0') next = {};
    else if (set !== undefined) next[set] = parameter;
    else if (resets[parameter] !== undefined) for (const attribute of resets[parameter]) delete next[attribute];
    else if (/^(3|9)[0-7]$/.test(parameter)) next.foreground = parameter;
    else if (/^(4|10)[0-7]$/.test(parameter)) next.background = parameter;
    else if (parameter === '38' || parameter === '48') {
      const length = colorLength(parameters, at);
      next[parameter === '38' ? 'foreground' : 'background'] = parameters.slice(at, at + length).join(';');
      at += length - 1;
    }
  }
  return next;
};

const order: readonly Attribute[] = [
  'bold',
  'dim',
  'italic',
  'underline',
  'inverse',
  'strike',
  'foreground',
  'background',
];
const styleText = (style: Style): string => order.flatMap((attribute) => style[attribute] ?? []).join(';');

/** What can be seen where there is no letter. */
const seenOnBlanks: readonly Attribute[] = ['underline', 'inverse', 'strike', 'background'];

/** A screen as a program has drawn it, cell by cell. */
export class Cells {
  readonly columns: number;
  readonly rows: readonly Cell[][];
  private row = 0;
  private column = 0;
  private style: Style = {};
  private styleText = '';
  /** Does a blank of the style look like any other? */
  private isPlain = true;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = Array.from({ length: rows }, () => Array.from({ length: columns }, () => blank));
  }

  /** Puts text where the cursor is; what does not fit into the row or below the last row is lost. */
  put(text: string): void {
    for (const character of text) {
      if (character === '\n') this.moveTo(this.row + 1, 0);
      else if (character === '\r') this.column = 0;
      else this.putOne(character);
    }
  }

  private putOne(text: string): void {
    const row = this.rows[this.row];
    if (row === undefined) return;
    const width = columnsOf(text);
    if (width === 0) {
      const before = row[this.column - 1];
      if (before !== undefined) row[this.column - 1] = { ...before, text: before.text + text };
      return;
    }
    if (this.column + width > this.columns) return;
    row[this.column] = text === ' ' && this.isPlain ? blank : { text, style: this.styleText };
    if (width === 2) row[this.column + 1] = { text: '', style: this.styleText };
    this.column += width;
  }

  moveTo(row: number, column: number): void {
    this.row = Math.max(0, row);
    this.column = Math.max(0, Math.min(this.columns - 1, column));
  }

  private erase(row: number, from: number, to = this.columns): void {
    this.rows[row]?.fill(blank, from, to);
  }

  private eraseScreen(from: number): void {
    for (let row = from; row < this.rows.length; row += 1) this.erase(row, 0);
  }

  private setStyle(parameters: string): void {
    this.style = styledBy(this.style, parameters);
    this.styleText = styleText(this.style);
    this.isPlain = seenOnBlanks.every((attribute) => this.style[attribute] === undefined);
  }

  private moveBy(rows: number, columns: number): void {
    this.moveTo(this.row + rows, this.column + columns);
  }

  private eraseLine(how: number): void {
    this.erase(this.row, how === 0 ? this.column : 0, how === 1 ? this.column + 1 : this.columns);
  }

  private eraseBelow(how: number): void {
    if (how === 0) this.erase(this.row, this.column);
    this.eraseScreen(how === 0 ? this.row + 1 : 0);
  }

  /** Does what a control sequence (`ESC [ parameters final`) says, as far as programs that draw lines use them. */
  control(parameters: string, final: string): void {
    const [first = 0, second = 0] = parameters.split(';').map(Number);
    const count = first || 1;
    const moves: Readonly<Record<string, () => void>> = {
      m: () => this.setStyle(parameters),
      A: () => this.moveBy(-count, 0),
      B: () => this.moveBy(count, 0),
      C: () => this.moveBy(0, count),
      D: () => this.moveBy(0, -count),
      E: () => this.moveTo(this.row + count, 0),
      F: () => this.moveTo(this.row - count, 0),
      G: () => this.moveTo(this.row, count - 1),
      H: () => this.moveTo(count - 1, (second || 1) - 1),
      K: () => this.eraseLine(first),
      J: () => this.eraseBelow(first),
    };
    moves[final]?.();
  }
}
