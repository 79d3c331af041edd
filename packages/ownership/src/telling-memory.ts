import { type Field, type Memory, PackedMemory } from '@custody/explore';

/** Memory of one state that tells of every write that changes something, just after it. */
export class TellingMemory implements Memory {
  onChange: ((field: Field) => void) | null = null;
  private readonly packed = new PackedMemory();

  /** Makes room for a state, all zero. */
  open(words: number): void {
    this.packed.look(new Int32Array(words), 0);
  }

  /** Goes on from the state whose words begin at `at`. */
  load(states: Int32Array, at: number, words: number): void {
    this.packed.look(states.slice(at, at + words), 0);
  }

  get(field: Field): number {
    return this.packed.get(field);
  }

  set(field: Field, value: number): void {
    const before = this.packed.get(field);
    this.packed.set(field, value);
    if (before !== value) this.onChange?.(field);
  }
}
