/** How many words are kept before all are forgotten: a trace has thousands of tasks and some hundred events. */
const mostWords = 1 << 16;
const mostBytes = 1 << 22;
/** More than `mostWords` and what a chunk of 2 MiB can add: the table is never full. */
const slots = 1 << 19;

const colon = 58;

/** The hash of no bytes yet; `hashed` takes in one more. */
export const noHash = 0;
export const hashed = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0;

/**
 * The short words that a trace repeats (tasks, pids, events), each decoded once and known by its bytes afterwards.
 * A word's number holds until `forget`.
 */
export class Words {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Slot → number of a word and 1. */
  readonly #table = new Uint32Array(slots);
  #texts: string[] = [];
  /** Word → number of the word that stood behind it last, and 1; for the first of them: a trace has some hundred events. */
  readonly #followers = new Uint32Array(1 << 12);
  #from = new Uint32Array(1024);
  #lengths = new Uint32Array(1024);
  #hashes = new Int32Array(1024);
  #bytes = new Uint8Array(1 << 14);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;

  textOf(word: number): string {
    return this.#texts[word] ?? '';
  }

  /** The number of the word `bytes[from, to)`, whose hash is `hash`. */
  numberOf(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const length = to - from;
    let slot = (hash ^ (hash >>> 15)) & (slots - 1);
    for (;;) {
      const word = (this.#table[slot] as number) - 1;
      if (word < 0) return this.#add(bytes.subarray(from, to), hash, slot);
      if (this.#hashes[word] === hash && this.#lengths[word] === length && this.#isSame(word, bytes, from, length)) {
        return word;
      }
      slot = (slot + 1) & (slots - 1);
    }
  }

  lengthOf(word: number): number {
    return this.#lengths[word] as number;
  }

  /** The word that stood behind `word` last, when it stands at `from`, with a colon behind it; else -1. */
  follower(word: number, view: DataView, from: number): number {
    const next = (this.#followers[word] as number) - 1;
    if (next < 0) return -1;
    const to = from + (this.#lengths[next] as number);
    const shift = (this.#from[next] as number) - from;
    const known = this.#view;
    let at = from;
    for (; at + 4 <= to; at += 4) if (view.getInt32(at) !== known.getInt32(at + shift)) return -1;
    for (; at < to; at += 1) if (view.getUint8(at) !== known.getUint8(at + shift)) return -1;
    return view.getUint8(at) === colon ? next : -1;
  }

  follows(word: number, next: number): void {
    if (word < this.#followers.length) this.#followers[word] = next + 1;
  }

  /**
   * Forgets all words when they have become many: between two chunks, as their numbers are given anew.
   *
   * @returns whether it did.
   */
  forgetWhenMany(): boolean {
    if (this.#texts.length < mostWords && this.#used < mostBytes) return false;
    this.#texts = [];
    this.#used = 0;
    this.#table.fill(0);
    this.#followers.fill(0);
    return true;
  }

  #isSame(word: number, bytes: Uint8Array, from: number, length: number): boolean {
    const known = this.#bytes;
    const start = this.#from[word] as number;
    for (let index = 0; index < length; index += 1) if (known[start + index] !== bytes[from + index]) return false;
    return true;
  }

  #add(word: Uint8Array, hash: number, slot: number): number {
    const number = this.#texts.length;
    if (number === this.#from.length) {
      this.#from = grown(this.#from, new Uint32Array(number * 2));
      this.#lengths = grown(this.#lengths, new Uint32Array(number * 2));
      this.#hashes = grown(this.#hashes, new Int32Array(number * 2));
    }
    while (this.#used + word.length > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, new Uint8Array(this.#bytes.length * 2));
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(word, this.#used);
    this.#from[number] = this.#used;
    this.#lengths[number] = word.length;
    this.#hashes[number] = hash;
    this.#used += word.length;
    this.#table[slot] = number + 1;
    this.#texts.push(this.#decoder.decode(word));
    return number;
  }
}

/** `larger` with what `array` holds at its beginning. */
export const grown = <Column extends Uint8Array | Uint32Array | Int32Array | Float64Array>(
  array: Column,
  larger: Column,
): Column => {
  larger.set(array);
  return larger;
};
