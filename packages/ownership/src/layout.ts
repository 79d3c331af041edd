/** A few bits of a state: where a small whole number stands. */
export interface Field {
  readonly word: number;
  readonly shift: number;
  /** Of the value, before shifting. */
  readonly mask: number;
}

/** What a step reads and writes. The explorer and the narrator each bring one. */
export interface Memory {
  get(field: Field): number;
  set(field: Field, value: number): void;
}

const wordBits = 32;

/** Hands out fields side by side; none lies across two words. */
export class Layout {
  private word = 0;
  private used = 0;

  /** A field for the values 0 to `values - 1`. One value takes no room: the field is always 0. */
  field(values: number): Field {
    const bits = Math.ceil(Math.log2(values));
    if (bits > wordBits - 1) throw new RangeError(`Cannot lay out ${values} values as a field has at most 31 bits`);
    if (this.used + bits > wordBits) {
      this.word += 1;
      this.used = 0;
    }
    const field: Field = { word: this.word, shift: this.used, mask: 2 ** bits - 1 };
    this.used += bits;
    return field;
  }

  /** How many words the fields so far take. */
  get words(): number {
    return this.word + 1;
  }
}

/** Memory over one row of packed states; `look` moves it to another row without allocating. */
export class PackedMemory implements Memory {
  private states = new Int32Array(0);
  private base = 0;

  look(states: Int32Array, at: number): void {
    this.states = states as Int32Array<ArrayBuffer>;
    this.base = at;
  }

  get({ word, shift, mask }: Field): number {
    return ((this.states[this.base + word] as number) >>> shift) & mask;
  }

  /** @throws RangeError when `value` does not fit, as cutting it short would be another state. */
  set({ word, shift, mask }: Field, value: number): void {
    if ((value & mask) !== value) throw new RangeError(`Cannot store ${value} as the field holds 0 to ${mask}`);
    const at = this.base + word;
    this.states[at] = ((this.states[at] as number) & ~(mask << shift)) | (value << shift);
  }
}
