import { Writer, widthOf } from './bytes.ts';
import type { Line } from './line.ts';
import { type Atom, type Shape, steps } from './shape.ts';

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

/** The atoms of a segment: each is stored once, and has a number. */
class Atoms {
  readonly #numbers = new Map<Atom, number>(constantAtoms.map((atom, number) => [atom, number]));
  readonly #stored: Atom[] = [];

  numberOf(atom: Atom): number {
    const known = this.#numbers.get(atom);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(atom, number);
    this.#stored.push(atom);
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
 * The lines as bytes: the atoms; the shapes, each with its number of events; the shape of each event; and the columns,
 * shape by shape. See README.md.
 */
export const pack = (lines: readonly Line[]): Uint8Array => {
  const atoms = new Atoms();
  const { groups, order } = grouped(lines);
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
  body.column(order, 0, width);
  for (const { shape, rows } of groups) {
    for (let column = 0; column < shape.columns.length; column += 1) {
      writeColumn(
        body,
        rows.map(({ values }) => values[column] as Atom),
        atoms,
      );
    }
  }
  const out = new Writer();
  out.fixed(packedMark, 1);
  atoms.write(out);
  out.bytes(body.written());
  return out.written();
};

interface Group {
  readonly shape: Shape;
  readonly rows: Line[];
}

/** The lines of each shape, and for each line the number of its shape. */
const grouped = (lines: readonly Line[]): { readonly groups: readonly Group[]; readonly order: Uint32Array } => {
  const groups: Group[] = [];
  const numbers = new Map<Shape, number>();
  const order = new Uint32Array(lines.length);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as Line;
    let number = numbers.get(line.shape);
    if (number === undefined) {
      number = groups.length;
      numbers.set(line.shape, number);
      groups.push({ shape: line.shape, rows: [] });
    }
    order[index] = number;
    groups[number]?.rows.push(line);
  }
  return { groups, order };
};

const writeColumn = (out: Writer, values: readonly Atom[], atoms: Atoms): void => {
  if (areNumbers(values)) writeNumbers(out, values);
  else writeAtoms(out, values, atoms);
};

const areNumbers = (values: readonly Atom[]): values is readonly number[] => {
  for (let row = 0; row < values.length; row += 1) if (typeof values[row] !== 'number') return false;
  return true;
};

const writeAtoms = (out: Writer, values: readonly Atom[], atoms: Atoms): void => {
  const numbers = new Uint32Array(values.length);
  const first = values[0] ?? null;
  let last = first;
  let number = atoms.numberOf(first);
  let greatest = number;
  let isOne = true;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as Atom;
    if (value !== last) {
      last = value;
      number = atoms.numberOf(value);
      isOne = false;
      if (number > greatest) greatest = number;
    }
    numbers[row] = number;
  }
  out.fixed(columnKinds.atoms, 1);
  const width = isOne ? 0 : (widthOf(greatest) ?? 4);
  out.fixed(width, 1);
  if (width === 0) out.varint(numbers[0] ?? 0);
  else out.column(numbers, 0, width);
};

const writeNumbers = (out: Writer, values: readonly number[]): void => {
  const first = values[0] as number;
  let least = first;
  let greatest = first;
  let leastStep = Number.POSITIVE_INFINITY;
  let greatestStep = Number.NEGATIVE_INFINITY;
  let isWhole = true;
  let before = first;
  for (let row = 0; row < values.length; row += 1) {
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
  const deltas = isWhole && values.length > 2 ? widthOf(greatestStep - leastStep) : undefined;
  if (deltas !== undefined && deltas < (above ?? 8)) {
    out.fixed(columnKinds.deltas, 1);
    out.fixed(deltas, 1);
    out.float(first);
    out.float(leastStep);
    for (let row = 1; row < values.length; row += 1) {
      out.fixed((values[row] as number) - (values[row - 1] as number) - leastStep, deltas);
    }
  } else if (above !== undefined) {
    out.fixed(columnKinds.above, 1);
    out.fixed(above, 1);
    out.float(least);
    out.column(values, least, above);
  } else {
    out.fixed(columnKinds.floats, 1);
    for (let row = 0; row < values.length; row += 1) out.float(values[row] as number);
  }
};
