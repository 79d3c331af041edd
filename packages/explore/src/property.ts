import type { Field } from './layout.ts';

/** A named sentence about states, read straight from the packed row. */
export interface Property {
  /** `always`: true in every reachable state. `sometimes`: true in at least one. */
  readonly kind: 'always' | 'sometimes';
  readonly name: string;
  readonly holds: (states: Int32Array, at: number) => boolean;
  /** It says nothing of a state in which one of these is not 0, e.g. of one that a lock's holder is changing. */
  readonly unless?: readonly Field[];
  /**
   * By word: the bits on which what it said has ever depended; it grows as more is asked. Of a state that differs from
   * its parent in none of them, it says the same again and need not be asked. Default: it is asked of every state.
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

/** Properties that say nothing of the same states, and are asked together. */
export interface Watch {
  /** By word: the bits that must all be 0; null for those that are about every state. */
  readonly unless: Int32Array | null;
  readonly properties: readonly Property[];
}

/** @param words - per state. */
export const watchesOf = (properties: readonly Property[], words: number): readonly Watch[] =>
  [...Map.groupBy(properties, ({ unless }) => unless).entries()].map(([fields, own]): Watch => {
    if (fields === undefined) return { unless: null, properties: own };
    const unless = new Int32Array(words);
    for (const { word, shift, mask } of fields) unless[word] = (unless[word] as number) | (mask << shift);
    return { unless, properties: own };
  });

/** True when the parent's answer is that of a state that differs from it in the bits of `difference`. */
export const isInherited = ({ unless, properties }: Watch, difference: Int32Array): boolean => {
  for (let word = 0; word < difference.length; word += 1) {
    const changed = difference[word] as number;
    if (changed === 0) continue;
    if (unless !== null && (changed & (unless[word] as number)) !== 0) return false;
    for (const { reads } of properties) {
      if (reads === undefined || (changed & (reads[word] as number)) !== 0) return false;
    }
  }
  return true;
};

/** True when `watch` is about the state at `at`. */
export const isAbout = ({ unless }: Watch, states: Int32Array, at: number): boolean => {
  if (unless === null) return true;
  for (let word = 0; word < unless.length; word += 1) {
    if (((states[at + word] as number) & (unless[word] as number)) !== 0) return false;
  }
  return true;
};
