import type { LogEvent } from '@custody/log';
import { Cells } from './cells.ts';
import { isPlain, type Shape, startOfEvent, steps } from './shape.ts';

/** JSON asks every object for a toJSON, and a walk meets the keys of prototypes: both begin only at an object's own. */
const isPrototypeChanged = (): boolean => {
  for (const _ in Object.prototype) return true;
  return 'toJSON' in Object.prototype || 'toJSON' in Array.prototype;
};

/**
 * The event as JSON.
 *
 * @throws TypeError when it holds what JSON cannot say (a bigint, a cycle).
 */
export const textOf = (event: unknown): string => {
  const text: string | undefined = JSON.stringify(event);
  if (text === undefined) throw new TypeError(`Cannot store ${String(event)} as JSON cannot say it`);
  return text;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All the events of one shape. */
interface Group {
  readonly number: number;
  readonly shape: Shape;
  /** For each event the cell of its first value; the others follow it. */
  readonly rows: number[];
}

/** The events of one type. */
interface OfType {
  count: number;
  /** Of the last of them that was walked through: the next one is likely to have the same shape. */
  group: Group | undefined;
}

/**
 * Events as they will be stored: copies of what JSON can say of them, taken apart into shapes and values. Grows by `add`
 * until it is full.
 */
export class Columns {
  readonly #groups: Group[] = [];
  readonly #byShape = new Map<Shape, Group>();
  readonly #order: number[] = [];
  readonly #types = new Map<string, OfType>();
  readonly #mostEvents: number;
  readonly #mostChars: number;
  readonly #isPrototypeChanged = isPrototypeChanged();
  #chars = 0;
  #earliest: number | null = null;
  #latest: number | null = null;

  /** The values of all the events. */
  readonly cells = new Cells();

  constructor({ events, chars }: SegmentSize) {
    this.#mostEvents = events;
    this.#mostChars = chars;
  }

  /** How many events. */
  get count(): number {
    return this.#order.length;
  }

  /** About how many characters of JSON they are; the same for events that are equal. */
  get chars(): number {
    return this.#chars;
  }

  get isFull(): boolean {
    return this.#order.length >= this.#mostEvents || this.#chars >= this.#mostChars;
  }

  /** The least and greatest numeric `at`; null when no event has any. */
  get times(): { readonly earliest: number | null; readonly latest: number | null } {
    return { earliest: this.#earliest, latest: this.#latest };
  }

  get groups(): readonly Group[] {
    return this.#groups;
  }

  /** For each event the number of its group. */
  get order(): readonly number[] {
    return this.#order;
  }

  /** How many events of each type. */
  get types(): Readonly<Record<string, number>> {
    return Object.fromEntries(Array.from(this.#types, ([type, { count }]) => [type, count]));
  }

  /** @throws TypeError, and nothing is added, when the event holds what JSON cannot say (a bigint, a cycle). */
  add(event: LogEvent): void {
    const start = this.cells.begin();
    if (!isPlain(event) || this.#isPrototypeChanged) {
      this.#addNormalised(event, start);
      return;
    }
    const object = event as unknown as Readonly<Record<string, unknown>>;
    const ofType = this.#typeOf(object);
    if (ofType.group?.shape.read(object, this.cells)) {
      this.#put(ofType.group, ofType, start, object['at']);
      return;
    }
    this.cells.again();
    const shape = this.cells.meetAll(object, false);
    if (shape === undefined) {
      this.#addNormalised(event, start);
      return;
    }
    ofType.group = this.#groupOf(shape);
    this.#put(ofType.group, ofType, start, object['at']);
  }

  #typeOf({ type }: Readonly<Record<string, unknown>>): OfType {
    const known = this.#types.get(type as string);
    if (known !== undefined) return known;
    const made = { count: 0, group: undefined };
    this.#types.set(type as string, made);
    return made;
  }

  #addNormalised(event: unknown, start: number): void {
    const text = textOf(event);
    const said: unknown = JSON.parse(text);
    const object = isObject(said) ? said : {};
    let shape = isObject(said) ? this.cells.meetAll(said, true) : undefined;
    if (shape === undefined) {
      this.cells.meetAtom(text);
      shape = startOfEvent().next(steps.whole, '').shape;
    }
    this.#put(this.#groupOf(shape), this.#typeOf(object), start, object['at']);
  }

  #groupOf(shape: Shape): Group {
    shape.saw();
    let group = this.#byShape.get(shape);
    if (group === undefined) {
      group = { number: this.#groups.length, shape, rows: [] };
      this.#byShape.set(shape, group);
      this.#groups.push(group);
    }
    return group;
  }

  /** Adds what was met from cell `start` on. */
  #put({ number, shape, rows }: Group, ofType: OfType, start: number, at: unknown): void {
    ofType.count += 1;
    this.#order.push(number);
    rows.push(start);
    this.#chars += shape.chars + this.cells.chars;
    if (typeof at === 'number' && Number.isFinite(at)) {
      // What is added makes 0 of -0, as JSON does.
      if (this.#earliest === null || at < this.#earliest) this.#earliest = at + 0;
      if (this.#latest === null || at > this.#latest) this.#latest = at + 0;
    }
  }
}

/** A segment is complete once it holds `events` events, or about `chars` characters of JSON. */
export interface SegmentSize {
  readonly events: number;
  readonly chars: number;
}

/**
 * Cuts events into full columns; what is left over for the last is not full. Where the cuts fall depends on the events
 * alone, not on how many came with which call.
 *
 * @param begun - what the call before left over: goes on there. It must have the same size.
 * @throws TypeError as `Columns.add`.
 */
export function* cut(events: Iterable<LogEvent>, size: SegmentSize, begun?: Columns): Generator<Columns, void> {
  let columns = begun ?? new Columns(size);
  for (const event of events) {
    columns.add(event);
    if (!columns.isFull) continue;
    yield columns;
    columns = new Columns(size);
  }
  if (columns.count > 0) yield columns;
}

const unlimited = { events: Number.POSITIVE_INFINITY, chars: Number.POSITIVE_INFINITY };

/** All of the events. @throws TypeError as `Columns.add`. */
export const columnsOf = (events: Iterable<LogEvent>): Columns => {
  const [columns = new Columns(unlimited)] = cut(events, unlimited);
  return columns;
};
