/** What JSON can say in one piece. */
export type Atom = string | number | boolean | null;

/** An event has no more values than these; what has is kept as its text. */
export const mostColumns = 200;

/** The steps of a walk through an event, by their stored numbers. */
export const steps = {
  /** The object that is open ends; the last of a shape ends the event. */
  close: 0,
  /** A key with an atom. */
  atom: 1,
  /** A key with anything else, as its text of JSON. */
  json: 2,
  /** A key with an object, whose keys follow. */
  open: 3,
  /** Not an object of its own: the whole event as its text of JSON. Stands alone. */
  whole: 4,
} as const;

interface Step {
  readonly kind: number;
  readonly key: string;
}

/** Who takes the values of an event, one after the other. */
export interface Taker {
  /** @returns false when it is not to be taken as it is. */
  take(value: unknown): boolean;
}

type Build = (columns: readonly (readonly unknown[])[], positions: readonly number[], events: unknown[]) => void;

/** Gives the values of an event to `taker`. @returns false when it is not of the shape, or one of them is not taken. */
type Read = (event: object, taker: Taker) => boolean;

/** What is done with a shape is compiled when it has been met so often. */
const worthCompiling = 64;

/**
 * What events with the same keys in the same order have in common. What differs are their values, in the order of
 * the walk; each place of it is a column of all the events of one shape.
 */
export class Shape {
  readonly steps: readonly Step[];
  /** Of each column: whether its values are texts of JSON. */
  readonly columns: readonly boolean[];
  /** About how many characters of JSON there are beside the values. */
  readonly chars: number;
  #met = 0;
  #build: Build | undefined;
  #seen = 0;
  #read: Read | undefined;

  constructor(path: readonly Step[]) {
    this.steps = path;
    const valued = path.filter(({ kind }) => kind !== steps.open && kind !== steps.close);
    this.columns = valued.map(({ kind }) => kind === steps.json || kind === steps.whole);
    this.chars = path.reduce((sum, { kind, key }) => sum + (kind === steps.close ? 2 : key.length + 4), 0);
  }

  /**
   * Makes an event of each row of `columns`, the one of row `i` at `events[positions[i]]`. The values of columns of
   * JSON are those that the texts say.
   */
  build(columns: readonly (readonly unknown[])[], positions: readonly number[], events: unknown[]): void {
    this.#met += positions.length;
    if (this.#build === undefined && this.#met >= worthCompiling) this.#build = compiled(this.steps);
    if (this.#build !== undefined) {
      this.#build(columns, positions, events);
      return;
    }
    for (const [row, position] of positions.entries()) events[position] = built(this.steps, columns, row);
  }

  /** Counts an event that turned out to be of this shape. */
  saw(): void {
    this.#seen += 1;
    if (this.#seen === worthCompiling && !this.columns.includes(true)) this.#read = compiledReader(this.steps);
  }

  /**
   * Gives the values of a plain object to `taker`, without a walk.
   *
   * @returns false when it is not of this shape, is not plain all the way down, or a value was not taken; or when the
   *   shape has not been met often. Some values may have been taken then.
   */
  read(event: object, taker: Taker): boolean {
    return this.#read?.(event, taker) ?? false;
  }
}

const built = (path: readonly Step[], columns: readonly (readonly unknown[])[], row: number): unknown => {
  let column = 0;
  const event: Record<string, unknown> = {};
  const open = [event];
  for (const { kind, key } of path) {
    const inner = open.at(-1) ?? event;
    if (kind === steps.close) open.pop();
    else if (kind === steps.open) {
      const object = {};
      inner[key] = object;
      open.push(object);
    } else if (kind === steps.whole) return columns[column]?.[row];
    else {
      inner[key] = columns[column]?.[row];
      column += 1;
    }
  }
  return event;
};

/** The same as code of its own: an object literal makes an event in a tenth of the time. No key is `__proto__`. */
const compiled = (path: readonly Step[]): Build => {
  let columns = 0;
  const literal = path.map(({ kind, key }) => {
    if (kind === steps.close) return '},';
    if (kind === steps.open) return `${JSON.stringify(key)}:{`;
    const value = `c${columns++}[i]`;
    return kind === steps.whole ? value : `${JSON.stringify(key)}:${value},`;
  });
  const event = path[0]?.kind === steps.whole ? literal[0] : `{${literal.join('')}`.slice(0, -1);
  const names = Array.from({ length: columns }, (_, column) => `c${column}`).join(',');
  const code = `const [${names}]=columns;for(let i=0;i<positions.length;i++)events[positions[i]]=${event}`;
  return new Function('columns', 'positions', 'events', code) as Build;
};

/** As code of its own, which knows where each value lies in an object: a walk has to look for every key. */
const compiledReader = (path: readonly Step[]): Read => {
  const objects: string[][] = [];
  const open: number[] = [];
  const code = [{ kind: steps.open as number, key: '' }, ...path].map(({ kind, key }) => {
    const inner = open.at(-1);
    const keys = objects[inner ?? -1];
    if (kind !== steps.close) keys?.push(key);
    const value = inner === undefined ? 'event' : `object${inner}[${JSON.stringify(key)}]`;
    switch (kind) {
      case steps.open:
        open.push(objects.push([]) - 1);
        return `const object${objects.length - 1}=${value};if(!isPlain(object${objects.length - 1}))return false;`;
      case steps.close:
        open.pop();
        return `at=0;for(const key in object${inner})if(key!==keys${inner}[at++])return false;if(at!==${keys?.length})return false;`;
      default:
        return `if(!taker.take(${value}))return false;`;
    }
  });
  const names = objects.map((_, index) => `keys${index}`).join(',');
  return new Function('isPlain', `[${names}]`, `return(event,taker)=>{let at;${code.join('')}return true}`)(
    isPlain,
    objects,
  ) as Read;
};

/** True for an object whose own keys are all that JSON sees of it. */
export const isPlain = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A place on a walk through an event: what has been met so far. The same steps always lead to the same place. */
export class Place {
  readonly #before: Place | undefined;
  readonly #step: Step | undefined;
  readonly #next: (Map<string, Place> | undefined)[] = [undefined, undefined, undefined, undefined, undefined];
  #lastKey = '';
  #lastKind = -1;
  #last: Place | undefined;
  #shape: Shape | undefined;

  constructor(before?: Place, step?: Step) {
    this.#before = before;
    this.#step = step;
  }

  next(kind: number, key: string): Place {
    if (this.#last !== undefined && this.#lastKind === kind && this.#lastKey === key) return this.#last;
    let places = this.#next[kind];
    if (places === undefined) {
      places = new Map();
      this.#next[kind] = places;
    }
    let place = places.get(key);
    if (place === undefined) {
      place = new Place(this, { kind, key });
      places.set(key, place);
      known += 1;
    }
    this.#lastKind = kind;
    this.#lastKey = key;
    this.#last = place;
    return place;
  }

  /** The shape of the events whose walk ends here. */
  get shape(): Shape {
    if (this.#shape === undefined) this.#shape = new Shape(this.#path());
    return this.#shape;
  }

  #path(): readonly Step[] {
    const path: Step[] = [];
    let place: Place | undefined = this;
    while (place !== undefined) {
      if (place.#step !== undefined) path.push(place.#step);
      place = place.#before;
    }
    return path.reverse();
  }
}

/** So many places are remembered at most; then they are learned anew, so that keys made of data fill no memory. */
const most = 20_000;
let known = 0;
let start = new Place();

/** Where every walk begins. */
export const startOfEvent = (): Place => {
  if (known > most) {
    known = 0;
    start = new Place();
  }
  return start;
};
