import { type RowCode, rowCode } from './row-code.ts';

/** Rows of 2^14 places fit into a processor's second cache. */
const usualPlaceBits = 14;

/**
 * The states that were met of late, for whoever need not meet them twice: most of the ways to a state are found soon
 * after the first, and here they are found without a look far from the processor's cache.
 *
 * Two states may share a place, and then the earlier is forgotten, which costs and is no mistake.
 */
export class Lately {
  private readonly words: number;
  private readonly rows: Int32Array;
  private readonly code: RowCode;
  private readonly mask: number;

  /**
   * @param known - a state that has been met already.
   * @param placeBits - there are 2 to the power of this many places.
   */
  constructor(words: number, known: Int32Array, placeBits = usualPlaceBits) {
    this.mask = (1 << placeBits) - 1;
    this.words = words;
    this.code = rowCode(words);
    this.rows = new Int32Array(words << placeBits);
    this.rows.set(known);
    for (let filled = words; filled < this.rows.length; filled *= 2) this.rows.copyWithin(filled, 0, filled);
  }

  /** Was the state at `at`, whose `hashOf` is `hash`, met of late? It is from now on. */
  meets(states: Int32Array, at: number, hash: number): boolean {
    return this.code.wasSame(states, at, this.rows, (hash & this.mask) * this.words);
  }
}
