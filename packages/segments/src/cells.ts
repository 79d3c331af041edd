import { type Atom, isPlain, mostColumns, type Place, type Shape, startOfEvent, steps, type Taker } from './shape.ts';

/** Objects of more values, and those that lie deeper, are kept as their text: a shape is for what is met again and again. */
const mostValues = 64;
const deepest = 8;

/** In place of where a walk led: this object is to be kept as its text. */
const asText = Symbol('as text');
/** In place of where a walk led: only JSON.stringify knows what this says (a toJSON, a class, a bigint). */
const toNormalise = Symbol('to normalise');

const isPlainArray = (value: object): boolean =>
  Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype && !('toJSON' in value);

/** Numbers for what JSON can say in one piece, in the order of their coming. */
export class Atoms {
  readonly #numbers = new Map<Atom, number>();
  readonly #atoms: Atom[] = [];

  numberOf(atom: Atom): number {
    const known = this.#numbers.get(atom);
    if (known !== undefined) return known;
    const number = this.#atoms.length;
    this.#numbers.set(atom, number);
    this.#atoms.push(atom);
    return number;
  }

  get all(): readonly Atom[] {
    return this.#atoms;
  }
}

/**
 * The values of events, in the order of a walk through each.
 *
 * They lie in typed arrays: nothing of an event is left for the collector to look at but its texts, once each.
 */
export class Cells implements Taker {
  readonly atoms = new Atoms();
  /** The values: a number, or that of an atom. */
  numbers = new Float64Array(512);
  /** Of each value: 1 when it is the number of an atom. */
  areAtoms = new Uint8Array(512);
  #end = 0;
  /** Where the values of the event that is being met begin. */
  #first = 0;
  /** By how much its texts are longer than 6 characters each. */
  #textChars = 0;

  /** An event begins. @returns the cell of its first value. */
  begin(): number {
    this.#first = this.#end;
    this.#textChars = 0;
    return this.#first;
  }

  /** The event begins again: none of its values has been met. */
  again(): void {
    this.#end = this.#first;
    this.#textChars = 0;
  }

  /** About how many characters of JSON the values of the event are. */
  get chars(): number {
    return this.#textChars + 6 * (this.#end - this.#first);
  }

  /**
   * Meets all the values of an event.
   *
   * @param trusting - it came out of JSON.parse, so every object is plain whatever its prototype says.
   * @returns its shape; undefined, and none has been met, when it has none or only JSON.stringify knows what it says.
   */
  meetAll(event: Readonly<Record<string, unknown>>, trusting: boolean): Shape | undefined {
    const end = this.#walk(event, startOfEvent(), 0, trusting);
    if (typeof end !== 'symbol') return end.shape;
    this.again();
    return undefined;
  }

  /** Meets a value of an event. @returns false when it is no atom, and has to be looked at. */
  take(value: unknown): boolean {
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return false;
      this.#meet(value + 0, 0);
      return true;
    }
    if (typeof value !== 'string' && typeof value !== 'boolean' && value !== null) return false;
    this.meetAtom(value);
    return true;
  }

  /** Meets a value that JSON says in one piece. */
  meetAtom(value: Atom): void {
    if (typeof value === 'string') this.#textChars += value.length - 6;
    this.#meet(this.atoms.numberOf(value), 1);
  }

  #meet(value: number, isAtom: 0 | 1): void {
    if (this.#end === this.numbers.length) this.#grow();
    this.numbers[this.#end] = value;
    this.areAtoms[this.#end] = isAtom;
    this.#end += 1;
  }

  #grow(): void {
    const numbers = new Float64Array(2 * this.numbers.length);
    numbers.set(this.numbers);
    this.numbers = numbers;
    const areAtoms = new Uint8Array(numbers.length);
    areAtoms.set(this.areAtoms);
    this.areAtoms = areAtoms;
  }

  /** Walks through `object` from `start` on. */
  #walk(
    object: Readonly<Record<string, unknown>>,
    start: Place,
    depth: number,
    trusting: boolean,
  ): Place | typeof asText | typeof toNormalise {
    const before = this.#end;
    let place = start;
    for (const key in object) {
      if (trusting && !Object.hasOwn(object, key)) continue;
      if (
        key === '__proto__' ||
        depth > deepest ||
        this.#end - before >= mostValues ||
        this.#end - this.#first >= mostColumns
      ) {
        return !trusting && 'toJSON' in object ? toNormalise : asText;
      }
      const value = object[key];
      switch (typeof value) {
        case 'string':
        case 'boolean':
          this.meetAtom(value);
          place = place.next(steps.atom, key);
          break;
        case 'number':
          if (Number.isFinite(value)) this.#meet(value + 0, 0);
          else this.meetAtom(null);
          place = place.next(steps.atom, key);
          break;
        case 'bigint':
          return toNormalise;
        case 'object': {
          if (value === null) {
            this.meetAtom(null);
            place = place.next(steps.atom, key);
            break;
          }
          if (!trusting && !isPlain(value) && !isPlainArray(value)) return toNormalise;
          const met = this.#end;
          const textChars = this.#textChars;
          const inner = Array.isArray(value)
            ? asText
            : this.#walk(value as Readonly<Record<string, unknown>>, place.next(steps.open, key), depth + 1, trusting);
          if (inner === toNormalise) return inner;
          if (inner === asText) {
            this.#end = met;
            this.#textChars = textChars;
            this.meetAtom(JSON.stringify(value));
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
  }
}
