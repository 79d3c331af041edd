const placeBits = 14;

/**
 * The states that were met of late, for whoever need not meet them twice: most of the ways to a state are found soon
 * after the first, and here they are found without a look far from the processor's cache.
 *
 * Two states may share a place, and then the earlier is forgotten, which costs and is no mistake.
 */
export class Lately {
  private readonly words: number;
  private readonly rows: Int32Array;

  /** @param known - a state that has been met already. */
  constructor(words: number, known: Int32Array) {
    this.words = words;
    this.rows = new Int32Array(words << placeBits);
    this.rows.set(known);
    for (let filled = words; filled < this.rows.length; filled *= 2) this.rows.copyWithin(filled, 0, filled);
  }

  /** Was the state at `at`, whose `hashOf` is `hash`, met of late? It is from now on. */
  meets(states: Int32Array, at: number, hash: number): boolean {
    const { rows, words } = this;
    const own = (hash & ((1 << placeBits) - 1)) * words;
    let isKnown = true;
    for (let word = 0; word < words; word += 1) {
      if (rows[own + word] === states[at + word]) continue;
      isKnown = false;
      rows[own + word] = states[at + word] as number;
    }
    return isKnown;
  }
}
