import { grown } from '../grown.ts';
import type { Action } from '../model.ts';

/** After a state's words: the state before, across shards, and the action that led from there. */
export const originWords = 2;
const firstRoom = 1024;
const rememberedBits = 14;

/**
 * States on their way to one other shard, each as its words and `originWords` more.
 *
 * What was packed of late is not packed again: most of the ways to a state are found soon after the first. Two states
 * may share a place in that memory, and then the earlier is forgotten, which costs and is no mistake.
 */
export class Outbox {
  private readonly words: number;
  private records: Int32Array;
  private used = 0;
  private readonly late: Int32Array;

  /** @param known - a state that the other shard, or whoever has it, knows from the start. */
  constructor(words: number, known: Int32Array) {
    this.words = words;
    this.records = new Int32Array(firstRoom * (words + originWords));
    this.late = new Int32Array(words << rememberedBits);
    for (let at = 0; at < this.late.length; at += words) this.late.set(known, at);
  }

  /** Packs `state`, met from state `parent` by `action`. @returns false when it has been packed of late. */
  pack(state: Int32Array, hash: number, parent: number, action: Action): boolean {
    const { words, late } = this;
    const place = (hash & ((1 << rememberedBits) - 1)) * words;
    let isLate = true;
    for (let word = 0; word < words; word += 1) {
      if (late[place + word] === state[word]) continue;
      isLate = false;
      late[place + word] = state[word] as number;
    }
    if (isLate) return false;
    if (this.used === this.records.length) this.records = grown(new Int32Array(this.used * 2), this.records);
    const { records, used } = this;
    for (let word = 0; word < words; word += 1) records[used + word] = state[word] as number;
    records[used + words] = parent;
    records[used + words + 1] = action;
    this.used = used + words + originWords;
    return true;
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
