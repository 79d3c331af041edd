import { hashOf, otherHashOf } from './hash.ts';
import type { Action } from './model.ts';
import type { Pending } from './pending.ts';
import { noRoom, Table, type TableOptions } from './table.ts';

const known = -1;

/**
 * The hashes of the states met so far, in place of the states (hash compaction): two states with the same hash are
 * taken for one, and what only the second of them leads to is never seen. Rows are there only from when a state is
 * met until it has been expanded; the way to each state is kept, so that there are witnesses, and each is a real one.
 *
 * A slot is two words, both 0 when it is free.
 */
export class LossyTable extends Table {
  private readonly words: number;
  /** The bits of the two halves of a hash that are used. */
  private readonly mask: number;
  private readonly otherMask: number;

  constructor(words: number, { bits, ...options }: TableOptions & { readonly bits: number }) {
    super({ words, bytesPerSlot: 8, mostSlots: 2 ** 29, share: 3 / 4 }, options);
    this.words = words;
    this.mask = bits >= 32 ? -1 : 2 ** bits - 1;
    this.otherMask = bits >= 64 ? -1 : bits <= 32 ? 0 : 2 ** (bits - 32) - 1;
  }

  /** @returns the id of a new state, -1 for a known one, `noRoom` for a new one that there is no room for. */
  add(state: Int32Array, parent: number, action: Action): number {
    return this.insert(state, 0, hashOf(state, 0, this.words), parent, action);
  }

  addAll({ rows, hashes, parents, actions, count, slots: found }: Pending): number {
    const { slots, words } = this;
    const mask = slots.length / 2 - 1;
    // As in the other table: fetch all the slots before any is looked at.
    for (let index = 0; index < count; index += 1) {
      found[index] = slots[((hashes[index] as number) & mask) * 2] as number;
    }
    for (let index = 0; index < count; index += 1) {
      const hash = hashes[index] as number;
      const parent = parents[index] as number;
      const action = actions[index] as number;
      if (this.insert(rows, index * words, hash, parent, action) === noRoom) return index + 1;
    }
    return count;
  }

  private insert(row: Int32Array, at: number, hash: number, parent: number, action: Action): number {
    const { slots, rows } = this;
    const other = otherHashOf(row, at, this.words) & this.otherMask;
    const own = hash & this.mask;
    const first = own === 0 && other === 0 ? 1 : own;
    const mask = slots.length / 2 - 1;
    let index = first & mask;
    while (slots[index * 2] !== 0 || slots[index * 2 + 1] !== 0) {
      if (slots[index * 2] === first && slots[index * 2 + 1] === other) return known;
      index = (index + 1) & mask;
    }
    if (rows.count === this.growAt) return this.grow() ? this.insert(row, at, hash, parent, action) : noRoom;
    const id = rows.append(row, at, parent, action);
    if (id < 0) {
      this.full = 'memory';
      return noRoom;
    }
    slots[index * 2] = first;
    slots[index * 2 + 1] = other;
    return id;
  }

  protected fill(slots: Int32Array): void {
    const old = this.slots;
    const mask = slots.length / 2 - 1;
    for (let from = 0; from < old.length; from += 2) {
      const first = old[from] as number;
      const other = old[from + 1] as number;
      if (first === 0 && other === 0) continue;
      let index = first & mask;
      while (slots[index * 2] !== 0 || slots[index * 2 + 1] !== 0) index = (index + 1) & mask;
      slots[index * 2] = first;
      slots[index * 2 + 1] = other;
    }
  }
}

/**
 * The chance that a search over `states` states with hashes of `bits` bits took at least one for another: at most the
 * number of pairs times the chance that two given hashes are the same, n(n - 1)/2 · 2^-b, about n²/2^(b + 1).
 */
export const omissionOf = (states: number, bits: number): number =>
  Math.min(1, (states * (states - 1)) / 2 ** (bits + 1));
