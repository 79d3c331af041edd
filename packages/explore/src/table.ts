import type { Memory } from './memory.ts';
import type { Action } from './model.ts';
import type { Pending } from './pending.ts';
import { StateRows } from './state-rows.ts';

/** What `add` says of a new state that there is no room for; below every other answer. */
export const noRoom = -0x80000000;

/** How full a hash table may get that cannot grow any more: slow, but better than to stop. */
const fullest = 15 / 16;
const leastSlots = 4096;
/** Below this many they grow by four: that wastes little, and all must be put in anew less often. */
const fewSlots = 2 ** 20;

export interface TableOptions {
  /** The most states to remember. */
  readonly limit: number;
  readonly memory: Memory;
  /** How many states there will be, more or less; 0 when nobody knows. */
  readonly expected: number;
}

/** How a kind of table uses its slots. */
interface SlotsUse {
  readonly words: number;
  readonly bytesPerSlot: number;
  readonly mostSlots: number;
  /** How much of the slots is used before they grow. */
  readonly share: number;
}

/** The states met so far, each once, in a hash table that gets more slots before too many are used. */
export abstract class Table {
  readonly rows: StateRows;
  /** Why there was no room; null as long as there is. */
  full: 'states' | 'memory' | null = null;
  protected slots: Int32Array;
  /** The number of states at which there must be more slots. */
  protected growAt: number;
  private readonly limit: number;
  private readonly memory: Memory;
  private readonly use: SlotsUse;

  constructor(use: SlotsUse, { limit, memory, expected }: TableOptions) {
    this.use = use;
    this.limit = limit;
    this.memory = memory;
    this.rows = new StateRows(use.words, memory);
    this.slots = new Int32Array((leastSlots * use.bytesPerSlot) / 4);
    this.growAt = Math.min(limit, leastSlots * use.share);
    memory.count(this.slots.byteLength);
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, expected / use.share)));
    if (wanted > leastSlots) this.resize(Math.min(wanted, use.mostSlots));
  }

  /** Remembers the state, reached from state `parent` by `action`: 0 or more when it is new, below when not. */
  abstract add(state: Int32Array, parent: number, action: Action): number;

  /** Remembers all of `pending` that is new, in order. @returns how many were looked at: fewer when there was no room. */
  abstract addAll(pending: Pending): number;

  /** Puts everything there is into `slots`, which are free. */
  protected abstract fill(slots: Int32Array): void;

  /** @returns whether there is room for one state more. */
  protected grow(): boolean {
    const { bytesPerSlot } = this.use;
    const slots = this.slots.byteLength / bytesPerSlot;
    if (this.rows.count === this.limit) {
      this.full = 'states';
      return false;
    }
    if (this.resize(slots * (slots < fewSlots ? 4 : 2))) return true;
    const last = Math.min(this.limit, Math.floor(slots * fullest));
    if (this.growAt >= last) {
      this.full = 'memory';
      return false;
    }
    this.growAt = last;
    return true;
  }

  private resize(count: number): boolean {
    const { bytesPerSlot, mostSlots, share } = this.use;
    if (count > mostSlots) return false;
    const bytes = count * bytesPerSlot;
    const slots = this.memory.take(bytes, () => new Int32Array(bytes / 4));
    if (slots === null) return false;
    this.fill(slots);
    this.memory.giveBack(this.slots.byteLength);
    this.slots = slots;
    this.growAt = Math.min(this.limit, count * share);
    return true;
  }
}
