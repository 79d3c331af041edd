import { hashOf } from './hash.ts';
import type { Action } from './model.ts';
import type { Pending } from './pending.ts';
import { noRoom, Table, type TableOptions } from './table.ts';

/** How many states are put into new slots at a time. */
const together = 512;

/** In place of a slot: the state has been found. No slot has all of its id's bits set. */
const known = -1;

/**
 * Every state met so far, once, in the order met: the rows are the keys of a hash table and the queue of a
 * breadth-first search at once.
 *
 * Open addressing. A slot is 0 or an id plus one, in as many of its low bits as number the slots; the bits above are
 * those of the state's hash, so that most other states are told apart without a look at their rows.
 */
export class StateTable extends Table {
  private readonly words: number;
  /** Keeps the reads ahead from being left out as useless. */
  private fetched = 0;

  constructor(words: number, options: TableOptions) {
    super({ words, bytesPerSlot: 4, mostSlots: 2 ** 30, share: 5 / 8 }, options);
    this.words = words;
  }

  /**
   * Remembers `state`, reached from state `parent` by `action`.
   *
   * @returns its id when it is new, the complement of its id when it was known, `noRoom` when it is new and there is
   * none; `full` says why.
   */
  add(state: Int32Array, parent: number, action: Action): number {
    return this.insert(state, 0, hashOf(state, 0, this.words), parent, action);
  }

  addAll(pending: Pending): number {
    const { rows, hashes, parents, actions, count, slots } = pending;
    const { words } = this;
    this.lookUp(pending);
    for (let index = 0; index < count; index += 1) {
      if (slots[index] === known) continue;
      const hash = hashes[index] as number;
      const parent = parents[index] as number;
      const action = actions[index] as number;
      if (this.insert(rows, index * words, hash, parent, action) === noRoom) return index + 1;
    }
    return count;
  }

  /**
   * Marks those of `pending` that the first slot looked at knows, and fetches what `insert` will look at of the others.
   * In each loop no read waits for another, so that the processor has many under way at once.
   */
  private lookUp({ rows: wanted, hashes, count, slots: found }: Pending): void {
    const { slots, rows, words } = this;
    const mask = slots.length - 1;
    for (let index = 0; index < count; index += 1) found[index] = slots[(hashes[index] as number) & mask] as number;
    for (let index = 0; index < count; index += 1) {
      const slot = found[index] as number;
      if (slot === 0 || ((slot ^ (hashes[index] as number)) & ~mask) !== 0) continue;
      if (rows.isAt((slot & mask) - 1, wanted, index * words)) found[index] = known;
    }
  }

  private insert(row: Int32Array, at: number, hash: number, parent: number, action: Action): number {
    const { slots, rows } = this;
    const mask = slots.length - 1;
    let index = hash & mask;
    for (let slot = slots[index] as number; slot !== 0; slot = slots[index] as number) {
      if (((slot ^ hash) & ~mask) === 0 && rows.isAt((slot & mask) - 1, row, at)) return ~((slot & mask) - 1);
      index = (index + 1) & mask;
    }
    if (rows.count === this.growAt) return this.grow() ? this.insert(row, at, hash, parent, action) : noRoom;
    const id = rows.append(row, at, parent, action);
    if (id < 0) {
      this.full = 'memory';
      return noRoom;
    }
    slots[index] = (hash & ~mask) | (id + 1);
    return id;
  }

  /** Fetches the places of many before it fills them, as `lookUp` does. */
  protected fill(slots: Int32Array): void {
    const { rows } = this;
    const mask = slots.length - 1;
    const hashes = new Int32Array(together);
    for (let first = 0; first < rows.count; first += together) {
      const count = Math.min(together, rows.count - first);
      for (let index = 0; index < count; index += 1) {
        const id = first + index;
        hashes[index] = rows.hashOf(id);
      }
      let fetched = 0;
      for (let index = 0; index < count; index += 1) fetched ^= slots[(hashes[index] as number) & mask] as number;
      this.fetched ^= fetched;
      for (let index = 0; index < count; index += 1) {
        const own = hashes[index] as number;
        let place = own & mask;
        while (slots[place] !== 0) place = (place + 1) & mask;
        slots[place] = (own & ~mask) | (first + index + 1);
      }
    }
  }
}
