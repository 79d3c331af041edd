import { grown } from './grown.ts';
import { type Action, actionCount } from './model.ts';

/** Mixes in the manner of MurmurHash3's finaliser (Austin Appleby, public domain): every bit reaches every slot. */
const hashOf = (rows: Int32Array, at: number, words: number): number => {
  let hash = 0x9e3779b9 | 0;
  for (let word = 0; word < words; word += 1) {
    hash = Math.imul(hash ^ (rows[at + word] as number), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};

/**
 * Every state met so far, once, in the order met. The rows are the keys of the hash table and the queue of a
 * breadth-first search at once: state `id` is the words from `id * words`.
 */
export class StateTable {
  rows: Int32Array;
  count = 0;
  private readonly words: number;
  private parents = new Int32Array(1024);
  private actions = new Uint16Array(1024);
  /** Ids plus one, 0 is free; open addressing, at most half full. */
  private slots = new Int32Array(4096);

  constructor(words: number) {
    this.words = words;
    this.rows = new Int32Array(1024 * words);
  }

  /** The slot where `state` is or would go. */
  private slotOf(state: Int32Array): number {
    const { words, rows, slots } = this;
    const last = slots.length - 1;
    let slot = hashOf(state, 0, words) & last;
    for (;;) {
      const id = (slots[slot] as number) - 1;
      if (id < 0) return slot;
      const at = id * words;
      let word = 0;
      while (word < words && rows[at + word] === state[word]) word += 1;
      if (word === words) return slot;
      slot = (slot + 1) & last;
    }
  }

  /**
   * Remembers `state`, reached from state `parent` by `action`, unless it is known or `limit` states are.
   *
   * @returns its id when it is new, -1 when it was known, -2 when there is no room under `limit`.
   * @throws RangeError when `action` is none, as its 16 bits would be another's.
   */
  add(state: Int32Array, parent: number, action: Action, limit: number): number {
    if (action >>> 0 !== action || action >= actionCount) {
      throw new RangeError(`Cannot remember action ${action} as it must be one of "actionOf"`);
    }
    const slot = this.slotOf(state);
    if (this.slots[slot] !== 0) return -1;
    if (this.count >= limit) return -2;
    const id = this.count;
    if (id === this.parents.length) this.grow();
    for (let word = 0; word < this.words; word += 1) this.rows[id * this.words + word] = state[word] as number;
    this.parents[id] = parent;
    this.actions[id] = action;
    this.slots[slot] = id + 1;
    this.count += 1;
    if (this.count * 2 > this.slots.length) this.rehash();
    return id;
  }

  /** @returns the id of `state`, or -1 when it is not known. */
  idOf(state: Int32Array): number {
    return (this.slots[this.slotOf(state)] as number) - 1;
  }

  /** The actions that lead from the initial state to state `id`, by the way it was first met. */
  pathTo(id: number): readonly Action[] {
    const path: Action[] = [];
    for (let at = id; at > 0; at = this.parents[at] as number) path.push(this.actions[at] as number);
    return path.reverse();
  }

  private grow(): void {
    const room = this.parents.length * 2;
    this.rows = grown(new Int32Array(room * this.words), this.rows);
    this.parents = grown(new Int32Array(room), this.parents);
    this.actions = grown(new Uint16Array(room), this.actions);
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const last = slots.length - 1;
    for (let id = 0; id < this.count; id += 1) {
      let slot = hashOf(this.rows, id * this.words, this.words) & last;
      while (slots[slot] !== 0) slot = (slot + 1) & last;
      slots[slot] = id + 1;
    }
    this.slots = slots;
  }
}
