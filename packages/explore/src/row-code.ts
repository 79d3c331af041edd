import { factorOf, hashOf } from './hash.ts';

/** What is done with the words of a state; each is of one number of words. */
export interface RowCode {
  /** As `hashOf`. */
  readonly hash: (rows: Int32Array, at: number) => number;
  readonly isSame: (left: Int32Array, at: number, right: Int32Array, other: number) => boolean;
  readonly copy: (from: Int32Array, at: number, to: Int32Array, other: number) => void;
  /** Copies where it is not the same already. @returns whether it was. */
  readonly wasSame: (from: Int32Array, at: number, to: Int32Array, other: number) => boolean;
  /** Do they differ in any of the bits that are set in the row `bits`? */
  readonly differIn: (left: Int32Array, at: number, right: Int32Array, other: number, bits: Int32Array) => boolean;
  /** Writes to the row `to` those bits of a row that are set in the row `bits`. */
  readonly pick: (row: Int32Array, at: number, bits: Int32Array, to: Int32Array) => void;
  /** Has it any of the bits that are set in the row `bits`? */
  readonly hasAny: (row: Int32Array, at: number, bits: Int32Array) => boolean;
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
  differIn: (left, at, right, other, bits) => {
    for (let word = 0; word < words; word += 1) {
      const differing = (left[at + word] as number) ^ (right[other + word] as number);
      if ((differing & (bits[word] as number)) !== 0) return true;
    }
    return false;
  },
  pick: (row, at, bits, to) => {
    for (let word = 0; word < words; word += 1) to[word] = (row[at + word] as number) & (bits[word] as number);
  },
  hasAny: (row, at, bits) => {
    for (let word = 0; word < words; word += 1) {
      if (((row[at + word] as number) & (bits[word] as number)) !== 0) return true;
    }
    return false;
  },
});

/** As `hashOf` mixes. */
const hashBody = (words: number): string => {
  const all = Array.from({ length: words }, (_, word) => word);
  return [
    ...all.map((word) => `const w${word} = rows[at + ${word}];`),
    'let hash = 0x27d4eb2f;',
    ...all.map((word) => `hash = hash + Math.imul(w${word} ^ (w${word} >>> 15), ${factorOf(word)}) | 0;`),
    'hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);',
    'hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);',
    'return hash ^ (hash >>> 16);',
  ].join('\n');
};

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
  differIn: new Function(
    'left',
    'at',
    'right',
    'other',
    'bits',
    `return (${each(words, (word) => `(left[at + ${word}] ^ right[other + ${word}]) & bits[${word}]`, ' | ')}) !== 0;`,
  ) as RowCode['differIn'],
  pick: new Function(
    'row',
    'at',
    'bits',
    'to',
    each(words, (word) => `to[${word}] = row[at + ${word}] & bits[${word}];`, ' '),
  ) as RowCode['pick'],
  hasAny: new Function(
    'row',
    'at',
    'bits',
    `return (${each(words, (word) => `row[at + ${word}] & bits[${word}]`, ' | ')}) !== 0;`,
  ) as RowCode['hasAny'],
});

const known = new Map<number, RowCode>();

/** The code for rows of so many words: written out, as no loop is as fast as none. */
export const rowCode = (words: number): RowCode => {
  const code = known.get(words) ?? (words < 1 || words > mostWords ? inLoops(words) : writtenOut(words));
  known.set(words, code);
  return code;
};
