import { Lately } from './lately.ts';
import type { Field } from './layout.ts';
import { type RowCode, rowCode } from './row-code.ts';

/** A named sentence about states, read straight from the packed row. */
export interface Property {
  /** `always`: true in every reachable state. `sometimes`: true in at least one. */
  readonly kind: 'always' | 'sometimes';
  readonly name: string;
  readonly holds: (states: Int32Array, at: number) => boolean;
  /** It says nothing of a state in which one of these is not 0, e.g. of one that a lock's holder is changing. */
  readonly unless?: readonly Field[];
  /**
   * By word: the bits on which what it said has ever depended; another array once there are more. Of a state that
   * differs from its parent in none of them, it says the same again and need not be asked. Default: it is asked of every
   * state.
   */
  readonly reads?: Int32Array;
}

const saysNothing = (fields: readonly Field[], states: Int32Array, at: number): boolean => {
  for (const { word, shift, mask } of fields) if (((states[at + word] as number) & (mask << shift)) !== 0) return true;
  return false;
};

/** True when the state at `at` is the evidence looked for: against an `always`, for a `sometimes`. */
export const isWitness = ({ kind, holds, unless }: Property, states: Int32Array, at: number): boolean =>
  (unless === undefined || !saysNothing(unless, states, at)) && holds(states, at) === (kind === 'sometimes');

/** Few places: what is seen of most states was seen a moment ago. */
const placeBits = 11;

/** Properties that say nothing of the same states, and are asked together. */
export class Watch {
  readonly properties: readonly Property[];
  /** By word: the bits that must all be 0; null for those that are about every state. */
  private readonly unless: Int32Array | null;
  /** By word: the bits on which what they say has depended so far, those of `unless` among them. */
  private readonly sees: Int32Array;
  /** What each property had read when `sees` was made; null before that. */
  private readonly seen: (Int32Array | undefined | null)[];
  private readonly code: RowCode;
  /** What was seen of states that they were asked about of late; null before the first. */
  private late: Lately | null = null;
  private readonly scratch: Int32Array;

  /** @param unless - by word, see above; all of `properties` must say the same. */
  constructor(properties: readonly Property[], unless: Int32Array | null, words: number) {
    this.properties = properties;
    this.unless = unless;
    this.sees = new Int32Array(words);
    this.seen = properties.map(() => null);
    this.code = rowCode(words);
    this.scratch = new Int32Array(words);
    this.look();
  }

  /** Without some of them, or null when nothing is left to watch for. */
  without(some: readonly Property[]): Watch | null {
    const left = this.properties.filter((property) => !some.includes(property));
    return left.length === 0 ? null : new Watch(left, this.unless, this.sees.length);
  }

  /** True when they say something of the state at `at`. */
  isAbout(states: Int32Array, at: number): boolean {
    return this.unless === null || !this.code.hasAny(states, at, this.unless);
  }

  /** True when what they say of the state at `at` may differ from what they say of the one at `from`. */
  mayDiffer(states: Int32Array, at: number, others: Int32Array, from: number): boolean {
    return this.code.differIn(states, at, others, from, this.sees);
  }

  /**
   * True when they were asked of late about a state that looks the same to them as the one at `at`; whoever asks this
   * asks them next when it is not so.
   */
  wereAsked(states: Int32Array, at: number): boolean {
    const { scratch, code } = this;
    code.pick(states, at, this.sees, scratch);
    if (this.late !== null) return this.late.meets(scratch, 0, code.hash(scratch, 0));
    this.late = new Lately(scratch.length, scratch, placeBits);
    return false;
  }

  /** Sees what they have read by now; to be called when they have been asked. */
  look(): void {
    const { properties, seen } = this;
    for (let index = 0; index < properties.length; index += 1) {
      const { reads } = properties[index] as Property;
      if (reads !== seen[index]) this.lookAt(index, reads);
    }
  }

  private lookAt(index: number, reads: Int32Array | undefined): void {
    this.seen[index] = reads;
    // The last that was noted as asked about was noted without what it has just been found to depend on.
    this.late = null;
    for (let word = 0; word < this.sees.length; word += 1) {
      const guard = this.unless?.[word] ?? 0;
      this.sees[word] = (this.sees[word] as number) | guard | (reads === undefined ? -1 : (reads[word] as number));
    }
  }
}

/** @param words - per state. */
export const watchesOf = (properties: readonly Property[], words: number): readonly Watch[] =>
  [...Map.groupBy(properties, ({ unless }) => unless).entries()].map(([fields, own]): Watch => {
    if (fields === undefined) return new Watch(own, null, words);
    const unless = new Int32Array(words);
    for (const { word, shift, mask } of fields) unless[word] = (unless[word] as number) | (mask << shift);
    return new Watch(own, unless, words);
  });
