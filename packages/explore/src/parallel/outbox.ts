import { grown } from '../grown.ts';
import type { Action } from '../model.ts';

/** After a state's words: the state before, across shards, and the action that led from there. */
export const originWords = 2;
const firstRoom = 1024;

/** States on their way to one other shard, each as its words and `originWords` more. */
export class Outbox {
  private readonly words: number;
  private records: Int32Array;
  private used = 0;

  constructor(words: number) {
    this.words = words;
    this.records = new Int32Array(firstRoom * (words + originWords));
  }

  /** Packs `state`, met from state `parent` by `action`. */
  pack(state: Int32Array, parent: number, action: Action): void {
    if (this.used === this.records.length) this.records = grown(new Int32Array(this.used * 2), this.records);
    const { records, used, words } = this;
    for (let word = 0; word < words; word += 1) records[used + word] = state[word] as number;
    records[used + words] = parent;
    records[used + words + 1] = action;
    this.used = used + words + originWords;
  }

  /** All of it, which is the taker's from now on; null when there is nothing. */
  take(): Int32Array | null {
    const { records, used } = this;
    if (used === 0) return null;
    this.records = new Int32Array(records.length);
    this.used = 0;
    return records.subarray(0, used);
  }
}
