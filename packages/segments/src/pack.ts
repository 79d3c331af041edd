import { Writer, widthOf } from './bytes.ts';
import type { Atoms, Cells } from './cells.ts';
import type { Columns } from './columns.ts';
import { type Atom, steps } from './shape.ts';

/** The first byte: no text of JSON begins so, which is how a row of a tail is told from NDJSON. */
export const packedMark = 0;

/** How the values of a column are stored, by number. Every kind has the same width for each of its values. */
export const columnKinds = {
  /** width, then one number for each: which of the segment's atoms it is. Of width 0: the one, as a varint. */
  atoms: 0,
  /** width, the least as a float, then how much more each is. */
  above: 1,
  /** width, the first and the least difference as floats, then how much more each differs from the one before it. */
  deltas: 2,
  /** Each as a float. */
  floats: 3,
} as const;

/** How an atom is stored, by number: with its length times four. */
export const atomKinds = { ascii: 0, utf8: 1, utf16: 2, number: 3 } as const;

/** The atoms that are there without being stored, from 0 on. */
export const constantAtoms: readonly Atom[] = [null, false, true];

/** The atoms of a segment in the order in which it needs them: numbered anew, so that most columns have small numbers. */
class Stored {
  readonly #atoms: Atoms;
  /** By the atoms' own numbers: the stored ones, or 0 for none. The constant ones are before all, so that none is 0. */
  #numbers: Uint32Array;
  readonly #stored: Atom[] = [];

  constructor(atoms: Atoms) {
    this.#atoms = atoms;
    this.#numbers = new Uint32Array(atoms.all.length + 64);
  }

  numberOf(atom: Atom): number {
    return this.numberAt(this.#atoms.numberOf(atom));
  }

  numberAt(own: number): number {
    const known = this.#numbers[own];
    return known === undefined || known === 0 ? this.#store(own) : known - 1;
  }

  #store(own: number): number {
    if (own >= this.#numbers.length) {
      const more = new Uint32Array(2 * own);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    const atom = this.#atoms.all[own] as Atom;
    let number = constantAtoms.indexOf(atom);
    if (number < 0) number = constantAtoms.length + this.#stored.push(atom) - 1;
    this.#numbers[own] = number + 1;
    return number;
  }

  /** How many; of each its kind and length in bytes; then all of them. */
  write(out: Writer): void {
    const content = new Writer(16_384);
    out.varint(this.#stored.length);
    for (const atom of this.#stored) out.varint(writeAtom(content, atom));
    out.bytes(content.written());
  }
}

const writeAtom = (out: Writer, atom: Atom): number => {
  if (typeof atom !== 'string') {
    out.float(Number(atom));
    return 8 * 4 + atomKinds.number;
  }
  // UTF-8 has no word for half of a surrogate pair.
  if (!atom.isWellFormed()) return out.text(atom, 'utf16le') * 4 + atomKinds.utf16;
  const bytes = out.text(atom, 'utf8');
  return bytes * 4 + (bytes === atom.length ? atomKinds.ascii : atomKinds.utf8);
};

/**
 * The events as bytes: the atoms; the shapes, each with its number of events; the shape of each event; and the columns,
 * shape by shape. See README.md.
 */
export const pack = ({ groups, order, cells }: Columns): Uint8Array => {
  const atoms = new Stored(cells.atoms);
  const body = new Writer();
  body.varint(groups.length);
  for (const { shape, rows } of groups) {
    body.varint(rows.length);
    for (const { kind, key } of shape.steps) {
      body.fixed(kind, 1);
      if (kind !== steps.close && kind !== steps.whole) body.varint(atoms.numberOf(key));
    }
  }
  const width = widthOf(Math.max(1, groups.length - 1)) ?? 4;
  body.column(order, order.length, 0, width);
  for (const { shape, rows } of groups) {
    for (let column = 0; column < shape.columns.length; column += 1) writeColumn(body, cells, rows, column, atoms);
  }
  const out = new Writer();
  out.fixed(packedMark, 1);
  atoms.write(out);
  out.bytes(body.written());
  return out.written();
};

/** The column that is being written; an array for each would cost as much as writing it. */
let values = new Float64Array(1024);

const writeColumn = (
  out: Writer,
  { numbers, areAtoms }: Cells,
  rows: readonly number[],
  column: number,
  atoms: Stored,
): void => {
  if (values.length < rows.length) values = new Float64Array(2 * rows.length);
  let withAtoms = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const cell = (rows[row] as number) + column;
    values[row] = numbers[cell] as number;
    withAtoms += areAtoms[cell] as number;
  }
  if (withAtoms === 0) {
    writeNumbers(out, rows.length);
    return;
  }
  for (let row = 0; row < rows.length; row += 1) {
    const value = values[row] as number;
    const isAtom = withAtoms === rows.length || areAtoms[(rows[row] as number) + column] === 1;
    values[row] = isAtom ? atoms.numberAt(value) : atoms.numberOf(value);
  }
  writeAtoms(out, rows.length);
};

const writeAtoms = (out: Writer, count: number): void => {
  const first = values[0] as number;
  let greatest = first;
  let isOne = true;
  for (let row = 1; row < count; row += 1) {
    const number = values[row] as number;
    if (number > greatest) greatest = number;
    if (number !== first) isOne = false;
  }
  out.fixed(columnKinds.atoms, 1);
  const width = isOne ? 0 : (widthOf(greatest) ?? 4);
  out.fixed(width, 1);
  if (width === 0) out.varint(first);
  else out.column(values, count, 0, width);
};

const writeNumbers = (out: Writer, count: number): void => {
  const first = values[0] as number;
  let least = first;
  let greatest = first;
  let leastStep = Number.POSITIVE_INFINITY;
  let greatestStep = Number.NEGATIVE_INFINITY;
  let isWhole = true;
  let before = first;
  for (let row = 0; row < count; row += 1) {
    const value = values[row] as number;
    if (!Number.isSafeInteger(value)) {
      isWhole = false;
      break;
    }
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (row > 0) {
      const step = value - before;
      if (step < leastStep) leastStep = step;
      if (step > greatestStep) greatestStep = step;
    }
    before = value;
  }
  // Of a wider range the differences would not be exact.
  isWhole = isWhole && Number.isSafeInteger(greatest - least);
  const above = isWhole ? widthOf(greatest - least) : undefined;
  const deltas = isWhole && count > 2 ? widthOf(greatestStep - leastStep) : undefined;
  if (deltas !== undefined && deltas < (above ?? 8)) {
    out.fixed(columnKinds.deltas, 1);
    out.fixed(deltas, 1);
    out.float(first);
    out.float(leastStep);
    for (let row = 1; row < count; row += 1) {
      out.fixed((values[row] as number) - (values[row - 1] as number) - leastStep, deltas);
    }
  } else if (above !== undefined) {
    out.fixed(columnKinds.above, 1);
    out.fixed(above, 1);
    out.float(least);
    out.column(values, count, least, above);
  } else {
    out.fixed(columnKinds.floats, 1);
    for (let row = 0; row < count; row += 1) out.float(values[row] as number);
  }
};
