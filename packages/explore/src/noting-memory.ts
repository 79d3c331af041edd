import { type Field, type Memory, read, write } from './layout.ts';

/** A field and what it held, or was given. */
export interface Value {
  readonly field: Field;
  readonly value: number;
}

/**
 * Memory over one row of packed states that, between `begin` and `end`, works on a copy and notes what is asked of it:
 * each field's first read, as far as no write came before it, and each field's last write.
 */
export class NotingMemory implements Memory {
  private states = new Int32Array(0);
  private base = 0;
  private notes: { readonly before: Int32Array; readonly reads: Map<Field, number>; written: Set<Field> } | null = null;

  /** Turns to the state at `at`. */
  look(states: Int32Array, at: number): void {
    this.states = states as Int32Array<ArrayBuffer>;
    this.base = at;
  }

  get(field: Field): number {
    const value = read(this.states, this.base, field);
    if (this.notes !== null && field.mask !== 0 && !this.notes.written.has(field) && !this.notes.reads.has(field)) {
      this.notes.reads.set(field, value);
    }
    return value;
  }

  /** @throws RangeError when `value` does not fit, as cutting it short would be another state. */
  set(field: Field, value: number): void {
    write(this.states, this.base, field, value);
    if (field.mask !== 0) this.notes?.written.add(field);
  }

  /** Turns to a copy of the state at `at`, of so many words, and notes from here on. */
  begin(states: Int32Array, at: number, words: number): void {
    const before = states.slice(at, at + words);
    this.look(before.slice(), 0);
    this.notes = { before, reads: new Map(), written: new Set() };
  }

  /** What was written since the beginning, or since this was last asked; and it is undone. */
  takeWrites(): readonly Value[] {
    const { notes } = this;
    if (notes === null) return [];
    const writes = [...notes.written].map((field): Value => ({ field, value: read(this.states, 0, field) }));
    this.states.set(notes.before);
    notes.written = new Set();
    return writes;
  }

  /** The fields that were read since the beginning, in that order, with what they held. */
  readSoFar(): readonly Value[] {
    return [...(this.notes?.reads ?? [])].map(([field, value]): Value => ({ field, value }));
  }

  /** As `readSoFar`, and notes no more. */
  end(): readonly Value[] {
    const reads = this.readSoFar();
    this.notes = null;
    return reads;
  }
}
