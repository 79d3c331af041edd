import { hashOf } from './hash.ts';

/** What is done with the words of a state; each is of one number of words. */
export interface RowCode {
  /** As `hashOf`. */
  readonly hash: (rows: Int32Array, at: number) => number;
  readonly isSame: (left: Int32Array, at: number, right: Int32Array, other: number) => boolean;
  readonly copy: (from: Int32Array, at: number, to: Int32Array, other: number) => void;
  /** Copies where it is not the same already. @returns whether it was. */
  readonly wasSame: (from: Int32Array, at: number, to: Int32Array, other: number) => boolean;
}

/** Longer rows are rare, and then a loop costs little beside the rest. */
const mostWords = 16;

const inLoops = (words: number): RowCode => ({
  hash: (rows, at) => hashOf(rows, at, words),
  isSame: (left, at, right, other) => {
    for (let word = 0; word < words; word += 1) if (left[at + word] !== right[other + word]) return false;
    return true;
  },
  copy: (from, at, to, other) => {
    for (let word = 0; word < words; word += 1) to[other + word] = from[at + word] as number;
  },
  wasSame: (from, at, to, other) => {
    let isSame = true;
    for (let word = 0; word < words; word += 1) {
      if (to[other + word] === from[at + word]) continue;
      isSame = false;
      to[other + word] = from[at + word] as number;
    }
    return isSame;
  },
});

/** The mixing of `hashOf`, a word at a time. */
const hashBody = (words: number): string =>
  [
    'let hash = Math.imul(rows[at] ^ 0x9e3779b9, 0x85ebca6b); hash ^= hash >>> 15;',
    ...Array.from(
      { length: words - 1 },
      (_, word) => `hash = Math.imul(hash ^ rows[at + ${word + 1}], 0x85ebca6b); hash ^= hash >>> 15;`,
    ),
    'hash = Math.imul(hash, 0xc2b2ae35); return hash ^ (hash >>> 16);',
  ].join('\n');

const each = (words: number, tell: (word: number) => string, between: string): string =>
  Array.from({ length: words }, (_, word) => tell(word)).join(between);

const writtenOut = (words: number): RowCode => ({
  hash: new Function('rows', 'at', hashBody(words)) as RowCode['hash'],
  isSame: new Function(
    'left',
    'at',
    'right',
    'other',
    `return ${each(words, (word) => `left[at + ${word}] === right[other + ${word}]`, ' && ')};`,
  ) as RowCode['isSame'],
  copy: new Function(
    'from',
    'at',
    'to',
    'other',
    each(words, (word) => `to[other + ${word}] = from[at + ${word}];`, ' '),
  ) as RowCode['copy'],
  wasSame: new Function(
    'from',
    'at',
    'to',
    'other',
    `if (${each(words, (word) => `to[other + ${word}] === from[at + ${word}]`, ' && ')}) return true;
${each(words, (word) => `to[other + ${word}] = from[at + ${word}];`, ' ')}
return false;`,
  ) as RowCode['wasSame'],
});

const known = new Map<number, RowCode>();

/** The code for rows of so many words: written out, as no loop is as fast as none. */
export const rowCode = (words: number): RowCode => {
  const code = known.get(words) ?? (words < 1 || words > mostWords ? inLoops(words) : writtenOut(words));
  known.set(words, code);
  return code;
};
