import type { LogEvent } from '@custody/log';
import { type Atom, mostColumns, type Place, type Shape, startOfEvent, steps } from './shape.ts';

/** What counts towards the size of a segment. */
interface Sized {
  /** About how many characters of JSON it is; the same for events that are equal. */
  readonly size: number;
}

/** An event as it will be stored: a copy of what JSON can say of it, and its time when it has a numeric `at`. */
export interface Line extends Sized {
  readonly at: number | undefined;
  /** The event as JSON; made when it is asked for. */
  readonly text: string;
  readonly shape: Shape;
  /** One for each column of `shape`. */
  readonly values: readonly Atom[];
}

class ShapedLine implements Line {
  readonly shape: Shape;
  readonly values: readonly Atom[];
  readonly at: number | undefined;
  readonly size: number;

  constructor(shape: Shape, values: readonly Atom[], at: number | undefined) {
    this.shape = shape;
    this.values = values;
    this.at = at;
    this.size = sizeOf(shape, values);
  }

  get text(): string {
    const { columns } = this.shape;
    const events: unknown[] = [];
    this.shape.build(
      this.values.map((value, column) => [columns[column] ? JSON.parse(String(value)) : value]),
      [0],
      events,
    );
    return JSON.stringify(events[0]);
  }
}

const sizeOf = (shape: Shape, values: readonly Atom[]): number => {
  let size = shape.chars;
  for (let column = 0; column < values.length; column += 1) {
    const value = values[column];
    size += typeof value === 'string' ? value.length : 6;
  }
  return size;
};

/** Objects of more values, and those that lie deeper, are kept as their text: a shape is for what is met again and again. */
const mostValues = 64;
const deepest = 8;

/** In place of where a walk led: this object is to be kept as its text. */
const asText = Symbol('as text');
/** In place of where a walk led: only JSON.stringify knows what this says (a toJSON, a class, a bigint). */
const toNormalise = Symbol('to normalise');

/** JSON asks every object for it; a walk sees only those of an object's own. */
const inheritsToJson = (): boolean => 'toJSON' in Object.prototype || 'toJSON' in Array.prototype;

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const isPlainArray = (value: object): boolean =>
  Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype && !('toJSON' in value);

/**
 * Walks through `object` from `start` on, and puts its values behind `values`.
 *
 * @param trusting - it came out of JSON.parse, so every object is plain whatever its prototype says.
 */
const walk = (
  object: Readonly<Record<string, unknown>>,
  start: Place,
  values: Atom[],
  depth: number,
  trusting: boolean,
): Place | typeof asText | typeof toNormalise => {
  const keys = Object.keys(object);
  const met = values.length;
  let place = start;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    if (key === '__proto__' || depth > deepest || values.length - met >= mostValues || values.length >= mostColumns) {
      return !trusting && 'toJSON' in object ? toNormalise : asText;
    }
    const value = object[key];
    switch (typeof value) {
      case 'string':
        values.push(value);
        place = place.next(steps.atom, key);
        break;
      case 'number':
        // What is added makes 0 of -0, as JSON does.
        values.push(Number.isFinite(value) ? value + 0 : null);
        place = place.next(steps.atom, key);
        break;
      case 'boolean':
        values.push(value);
        place = place.next(steps.atom, key);
        break;
      case 'bigint':
        return toNormalise;
      case 'object': {
        if (value === null) {
          values.push(null);
          place = place.next(steps.atom, key);
          break;
        }
        if (!trusting && !isPlain(value) && !isPlainArray(value)) return toNormalise;
        const before = values.length;
        const inner = Array.isArray(value)
          ? asText
          : walk(value as Readonly<Record<string, unknown>>, place.next(steps.open, key), values, depth + 1, trusting);
        if (inner === toNormalise) return inner;
        if (inner === asText) {
          values.length = before;
          values.push(JSON.stringify(value));
          place = place.next(steps.json, key);
        } else place = inner;
        break;
      }
      case 'function':
        if (key === 'toJSON') return toNormalise;
        break;
      default:
      // undefined and symbols are nothing to JSON, and so is a function.
    }
  }
  return place.next(steps.close, '');
};

const timeOf = ({ at }: Readonly<Record<string, unknown>>): number | undefined =>
  typeof at === 'number' && Number.isFinite(at) ? at + 0 : undefined;

const textLine = (text: string, at: number | undefined): Line =>
  new ShapedLine(startOfEvent().next(steps.whole, '').shape, [text], at);

const normalised = (event: unknown): Line => {
  const text: string | undefined = JSON.stringify(event);
  if (text === undefined) throw new TypeError(`Cannot store ${String(event)} as JSON cannot say it`);
  const said: unknown = JSON.parse(text);
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return textLine(text, undefined);
  const plain = said as Readonly<Record<string, unknown>>;
  const values: Atom[] = [];
  const end = walk(plain, startOfEvent(), values, 0, true);
  return typeof end === 'symbol' ? textLine(text, timeOf(plain)) : new ShapedLine(end.shape, values, timeOf(plain));
};

/**
 * A copy of the event: what JSON.parse(JSON.stringify(event)) would give.
 *
 * @throws TypeError when the event holds what JSON cannot say (a bigint, a cycle).
 */
export const lineOf = (event: LogEvent): Line => {
  if (typeof event !== 'object' || event === null || !isPlain(event) || inheritsToJson()) return normalised(event);
  const object = event as unknown as Readonly<Record<string, unknown>>;
  const values: Atom[] = [];
  const end = walk(object, startOfEvent(), values, 0, false);
  return typeof end === 'symbol' ? normalised(event) : new ShapedLine(end.shape, values, timeOf(object));
};

/** The least and greatest time among `lines`; null when none has any. */
export const timesOf = (
  lines: readonly Pick<Line, 'at'>[],
): { readonly earliest: number | null; readonly latest: number | null } => {
  let earliest: number | null = null;
  let latest: number | null = null;
  for (const { at } of lines) {
    if (at === undefined) continue;
    if (earliest === null || at < earliest) earliest = at;
    if (latest === null || at > latest) latest = at;
  }
  return { earliest, latest };
};

/** A segment is complete once it holds `events` events, or about `chars` characters of JSON. */
export interface SegmentSize {
  readonly events: number;
  readonly chars: number;
}

/**
 * Cuts lines into complete segments, and the rest that is not enough for one. Where the cuts fall depends on the
 * lines alone, not on how many came with which append.
 */
export const cut = <Item extends Sized>(
  lines: readonly Item[],
  { events, chars }: SegmentSize,
): { readonly complete: readonly (readonly Item[])[]; readonly rest: readonly Item[] } => {
  const complete: (readonly Item[])[] = [];
  let start = 0;
  let length = 0;
  for (const [index, line] of lines.entries()) {
    length += line.size;
    if (index + 1 - start < events && length < chars) continue;
    complete.push(lines.slice(start, index + 1));
    start = index + 1;
    length = 0;
  }
  return { complete, rest: lines.slice(start) };
};
