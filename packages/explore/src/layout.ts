/** A few bits of a state: where a small whole number stands. */
export interface Field {
  readonly word: number;
  readonly shift: number;
  /** Of the value, before shifting; 0 for a field that is always 0 and takes no room. */
  readonly mask: number;
}

/** What a step reads and writes. */
export interface Memory {
  get(field: Field): number;
  set(field: Field, value: number): void;
}

const wordBits = 32;

type Placeable = { -readonly [Part in keyof Field]: Field[Part] };

/** Fields that lie side by side. */
interface Group {
  readonly fields: Placeable[];
  bits: number;
}

const bitsOf = ({ mask }: Field): number => 32 - Math.clz32(mask);

/**
 * Hands out fields and, when all are known, places them: in as few words as first-fit packing finds, no field across
 * two, and each group in one word unless that takes a word more.
 */
export class Layout {
  /** How many words the fields take; 0 until they are placed. */
  words = 0;
  private readonly groups: Group[] = [];

  /** The fields handed out from here on belong together, until the next group begins. */
  group(): void {
    this.groups.push({ fields: [], bits: 0 });
  }

  /** A field for the values 0 to `values - 1`. One value takes no room: the field is always 0. */
  field(values: number): Field {
    const bits = Math.ceil(Math.log2(values));
    if (bits > wordBits - 1) throw new RangeError(`Cannot lay out ${values} values as a field has at most 31 bits`);
    if (this.groups.length === 0 || (this.groups.at(-1) as Group).bits + bits > wordBits) this.group();
    const group = this.groups.at(-1) as Group;
    const field: Placeable = { word: 0, shift: 0, mask: 2 ** bits - 1 };
    group.fields.push(field);
    group.bits += bits;
    return field;
  }

  /** Gives every field its place; none may be handed out afterwards. @returns how many words they take. */
  place(): number {
    const bits = this.groups.reduce((all, group) => all + group.bits, 0);
    this.words = Math.max(1, Math.ceil(bits / wordBits));
    while (!this.placeIn(this.words)) this.words += 1;
    return this.words;
  }

  /** @returns false when they do not fit, and then places have been given in vain. */
  private placeIn(words: number): boolean {
    const used = Array.from({ length: words }, () => 0);
    const put = ({ fields, bits }: Group): boolean => {
      const word = used.findIndex((taken) => taken + bits <= wordBits);
      if (word < 0) return false;
      let shift = used[word] as number;
      for (const field of fields) {
        field.word = word;
        field.shift = field.mask === 0 ? 0 : shift;
        shift += bitsOf(field);
      }
      used[word] = shift;
      return true;
    };
    const split = this.groups.toSorted((left, right) => right.bits - left.bits).filter((group) => !put(group));
    return split
      .flatMap(({ fields }) => fields.map((field): Group => ({ fields: [field], bits: bitsOf(field) })))
      .toSorted((left, right) => right.bits - left.bits)
      .every(put);
  }
}

/** The value of `field` in the state at `at`. */
export const read = (states: Int32Array, at: number, { word, shift, mask }: Field): number =>
  ((states[at + word] as number) >>> shift) & mask;

/** @throws RangeError when `value` does not fit, as cutting it short would be another state. */
export const write = (states: Int32Array, at: number, { word, shift, mask }: Field, value: number): void => {
  if ((value & mask) !== value) throw new RangeError(`Cannot store ${value} as the field holds 0 to ${mask}`);
  states[at + word] = ((states[at + word] as number) & ~(mask << shift)) | (value << shift);
};

/** Memory over one row of packed states; `look` moves it to another row without allocating. */
export class PackedMemory implements Memory {
  private states = new Int32Array(0);
  private base = 0;

  look(states: Int32Array, at: number): void {
    this.states = states as Int32Array<ArrayBuffer>;
    this.base = at;
  }

  get(field: Field): number {
    return read(this.states, this.base, field);
  }

  /** @throws RangeError when `value` does not fit, as cutting it short would be another state. */
  set(field: Field, value: number): void {
    write(this.states, this.base, field, value);
  }
}
