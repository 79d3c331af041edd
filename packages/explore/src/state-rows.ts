import { grown } from './grown.ts';
import type { Memory } from './memory.ts';
import type { Action } from './model.ts';
import { type RowCode, rowCode } from './row-code.ts';

const chunkBits = 16;
const chunkStates = 1 << chunkBits;
const chunkMask = chunkStates - 1;
const firstRoom = 1024;
/** Bytes of a state's parent and of the action that led from there. */
const originBytes = 6;

/**
 * The states met so far in the order met, and how each was first reached. They lie in chunks, so that more of them
 * moves none that is there: state `id` is the words of `chunkOf(id)` from `offsetOf(id)`.
 */
export class StateRows {
  count = 0;
  private readonly words: number;
  private readonly code: RowCode;
  private readonly memory: Memory;
  private readonly rows: Int32Array[] = [];
  private readonly parents: Int32Array[] = [];
  private readonly actions: Uint16Array[] = [];
  /** How many states there is room for. */
  private room = 0;
  private forgotten = 0;

  constructor(words: number, memory: Memory) {
    this.words = words;
    this.code = rowCode(words);
    this.memory = memory;
  }

  chunkOf(id: number): Int32Array {
    return this.rows[id >>> chunkBits] as Int32Array;
  }

  offsetOf(id: number): number {
    return (id & chunkMask) * this.words;
  }

  /** What `hashOf` says of state `id`. */
  hashOf(id: number): number {
    return this.code.hash(this.rows[id >>> chunkBits] as Int32Array, (id & chunkMask) * this.words);
  }

  /** True when state `id` is the words of `row` from `at`. */
  isAt(id: number, row: Int32Array, at: number): boolean {
    return this.code.isSame(this.rows[id >>> chunkBits] as Int32Array, (id & chunkMask) * this.words, row, at);
  }

  /** @returns its id, or -1 when there is no memory for it. */
  append(row: Int32Array, at: number, parent: number, action: Action): number {
    const { words, count: id } = this;
    if (id === this.room && !this.grow()) return -1;
    const index = id >>> chunkBits;
    const chunk = this.rows[index] as Int32Array;
    this.code.copy(row, at, chunk, (id & chunkMask) * words);
    (this.parents[index] as Int32Array)[id & chunkMask] = parent;
    (this.actions[index] as Uint16Array)[id & chunkMask] = action;
    this.count = id + 1;
    return id;
  }

  /** The state from which state `id` was first reached. */
  parentOf(id: number): number {
    return (this.parents[id >>> chunkBits] as Int32Array)[id & chunkMask] as number;
  }

  actionTo(id: number): Action {
    return (this.actions[id >>> chunkBits] as Uint16Array)[id & chunkMask] as number;
  }

  /** The actions that lead from the initial state to state `id`, by the way it was first met. */
  pathTo(id: number): readonly Action[] {
    const path: Action[] = [];
    for (let at = id; at > 0; at = this.parentOf(at)) path.push(this.actionTo(at));
    return path.reverse();
  }

  /** Nobody asks for the rows of states before `id` again; the ways to them are kept. */
  forget(id: number): void {
    for (; this.forgotten < id >>> chunkBits; this.forgotten += 1) {
      const { byteLength } = this.rows[this.forgotten] as Int32Array;
      this.rows[this.forgotten] = new Int32Array(0);
      this.memory.giveBack(byteLength);
    }
  }

  /** The first chunk grows until it is as large as the others, as most models are small. There must be one. */
  private grow(): boolean {
    const isFirst = this.room < chunkStates;
    const states = isFirst ? Math.max(firstRoom, this.room * 2) : chunkStates;
    const make = () => ({
      rows: new Int32Array(states * this.words),
      parents: new Int32Array(states),
      actions: new Uint16Array(states),
    });
    const bytesPerState = this.words * 4 + originBytes;
    if (this.room === 0) this.memory.count(states * bytesPerState);
    const made = this.room === 0 ? make() : this.memory.take(states * bytesPerState, make);
    if (made === null) return false;
    if (isFirst && this.room > 0) {
      grown(made.rows, this.rows[0] as Int32Array);
      grown(made.parents, this.parents[0] as Int32Array);
      grown(made.actions, this.actions[0] as Uint16Array);
      this.memory.giveBack(this.room * bytesPerState);
    }
    const index = isFirst ? 0 : this.room >>> chunkBits;
    this.rows[index] = made.rows;
    this.parents[index] = made.parents;
    this.actions[index] = made.actions;
    this.room = isFirst ? states : this.room + states;
    return true;
  }
}
