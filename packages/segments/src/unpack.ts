import { fixedAt, Reader, widthOf } from './bytes.ts';
import { atomKinds, columnKinds, constantAtoms, packedMark } from './pack.ts';
import { type Atom, mostColumns, type Shape, startOfEvent, steps } from './shape.ts';

/**
 * The events from number `from` up to `to` of what `pack` made; only these are built.
 *
 * @param count - how many events there should be.
 * @throws RangeError, SyntaxError or TypeError when `pack` cannot have made it. No event takes less than a byte, and no byte is
 *   more than 200 values, so that what a stranger made up fills no memory either.
 */
export const unpackEvents = (bytes: Uint8Array, count: number, from: number, to: number): unknown[] => {
  const reader = new Reader(bytes);
  if (reader.byte() !== packedMark) throw new RangeError('the first byte is another');
  const atoms = atomsOf(reader);
  const shapes = shapesOf(reader, atoms);
  const parts = partsOf(reader, { shapes, count, from, to });
  const events: unknown[] = new Array(parts.reduce((sum, { positions }) => sum + positions.length, 0));
  for (const { shape, rows, before, positions } of parts) {
    const wanted = { rows, from: before, to: before + positions.length };
    const columns = shape.columns.map((isJson) => valuesOf(reader, atoms, wanted, isJson));
    if (positions.length > 0) shape.build(columns, positions, events);
  }
  if (reader.left > 0) throw new RangeError(`${reader.left} bytes are too many`);
  return events;
};

/** An atom's number to the atom. @throws RangeError when there is none of that number. */
type AtomAt = (number: number) => Atom;

const atomsOf = (reader: Reader): AtomAt => {
  const stored = reader.varint();
  if (stored > reader.left) throw new RangeError(`${stored} atoms are more than there are bytes`);
  const heads = new Float64Array(stored);
  const places = new Uint32Array(stored);
  for (let index = 0; index < stored; index += 1) heads[index] = reader.varint();
  for (let index = 0; index < stored; index += 1) places[index] = reader.skip(Math.floor((heads[index] as number) / 4));
  const atoms: (Atom | undefined)[] = constantAtoms.concat(new Array(stored));
  return (number) => {
    const known = atoms[number];
    if (known !== undefined) return known;
    const index = number - constantAtoms.length;
    const head = heads[index];
    if (head === undefined) throw new RangeError(`there is no atom ${number}`);
    const atom = atomAt(reader.all, places[index] as number, head);
    atoms[number] = atom;
    return atom;
  };
};

const atomAt = (bytes: Buffer, at: number, head: number): Atom => {
  const length = Math.floor(head / 4);
  switch (head % 4) {
    case atomKinds.ascii:
      return bytes.toString('latin1', at, at + length);
    case atomKinds.utf8:
      return bytes.toString('utf8', at, at + length);
    case atomKinds.utf16:
      return bytes.toString('utf16le', at, at + length);
    default:
      if (length !== 8) throw new RangeError(`a number takes 8 bytes, not ${length}`);
      return bytes.readDoubleLE(at);
  }
};

interface CountedShape {
  readonly shape: Shape;
  /** How many events are of it. */
  readonly rows: number;
}

const shapesOf = (reader: Reader, atomAt: AtomAt): readonly CountedShape[] => {
  const count = reader.varint();
  if (count > reader.left) throw new RangeError(`${count} shapes are more than there are bytes`);
  return Array.from({ length: count }, () => ({ rows: reader.varint(), shape: shapeOf(reader, atomAt) }));
};

const shapeOf = (reader: Reader, atomAt: AtomAt): Shape => {
  let place = startOfEvent();
  let columns = 0;
  for (let depth = 0, isFirst = true; depth >= 0; isFirst = false) {
    const kind = reader.byte();
    if (kind > steps.whole || (kind === steps.whole && !isFirst)) throw new RangeError(`there is no step ${kind} here`);
    if (kind === steps.open) depth += 1;
    else if (kind === steps.close || kind === steps.whole) depth -= 1;
    else columns += 1;
    if (columns > mostColumns) throw new RangeError(`an event has at most ${mostColumns} values`);
    place = place.next(kind, kind === steps.close || kind === steps.whole ? '' : keyOf(atomAt(reader.varint())));
  }
  return place.shape;
};

const keyOf = (atom: Atom): string => {
  if (typeof atom !== 'string' || atom === '__proto__') throw new TypeError(`${atom} is no key`);
  return atom;
};

/** The events of one shape that are wanted: behind `before` others of it, at `positions` among all that are wanted. */
interface Part extends CountedShape {
  readonly before: number;
  readonly positions: readonly number[];
}

const partsOf = (
  reader: Reader,
  {
    shapes,
    count,
    from,
    to,
  }: { readonly shapes: readonly CountedShape[]; readonly count: number; readonly from: number; readonly to: number },
): readonly Part[] => {
  const width = widthOf(Math.max(1, shapes.length - 1)) ?? 4;
  const start = reader.skip(count * width);
  const seen = new Uint32Array(shapes.length);
  const before = new Uint32Array(shapes.length);
  const positions: number[][] = shapes.map(() => []);
  for (let index = 0; index < count; index += 1) {
    const number = fixedAt(reader.all, start + index * width, width);
    if (number >= shapes.length) throw new RangeError(`there is no shape ${number}`);
    seen[number] = (seen[number] as number) + 1;
    if (index < from) before[number] = (before[number] as number) + 1;
    else if (index < to) positions[number]?.push(index - from);
  }
  return shapes.map(({ shape, rows }, number) => {
    if (rows !== seen[number]) throw new RangeError(`${seen[number]} events are of shape ${number}, not ${rows}`);
    return { shape, rows, before: before[number] as number, positions: positions[number] as number[] };
  });
};

/** Which rows of a column are wanted, of how many. */
interface Wanted {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

const valuesOf = (reader: Reader, atomAt: AtomAt, wanted: Wanted, isJson: boolean): readonly unknown[] => {
  const values = columnOf(reader, atomAt, wanted);
  return isJson ? values.map(parsed) : values;
};

const parsed = (text: Atom): unknown => {
  if (typeof text !== 'string') throw new TypeError(`${text} is no text of JSON`);
  return JSON.parse(text);
};

const columnOf = (reader: Reader, atomAt: AtomAt, { rows, from, to }: Wanted): readonly Atom[] => {
  const kind = reader.byte();
  const width = kind === columnKinds.floats ? 8 : reader.byte();
  if (kind > columnKinds.floats || width > 8 || (width > 4 && kind !== columnKinds.floats)) {
    throw new RangeError(`there is no column of kind ${kind} and width ${width}`);
  }
  if (kind === columnKinds.atoms && width === 0) {
    const number = reader.varint();
    return to > from ? new Array(to - from).fill(atomAt(number)) : [];
  }
  const base = kind === columnKinds.above || kind === columnKinds.deltas ? reader.float() : 0;
  const leastStep = kind === columnKinds.deltas ? reader.float() : 0;
  const start = reader.skip(width * (kind === columnKinds.deltas ? Math.max(0, rows - 1) : rows));
  const bytes = reader.all;
  const values: Atom[] = [];
  if (to <= from) return values;
  switch (kind) {
    case columnKinds.atoms:
      for (let row = from; row < to; row += 1) values.push(atomAt(fixedAt(bytes, start + row * width, width)));
      return values;
    case columnKinds.above:
      for (let row = from; row < to; row += 1) values.push(base + fixedAt(bytes, start + row * width, width));
      return values;
    case columnKinds.deltas:
      for (let row = 0, value = base; row < to; row += 1) {
        if (row > 0) value += leastStep + fixedAt(bytes, start + (row - 1) * width, width);
        if (row >= from) values.push(value);
      }
      return values;
    default:
      for (let row = from; row < to; row += 1) values.push(bytes.readDoubleLE(start + row * width));
      return values;
  }
};
