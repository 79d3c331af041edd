/** Damages files by chance, the same for the same seed. */

/** A whole number from 0 on, below `below`. */
export type Chance = (below: number) => number;

/** xorshift32: the same damage for the same seed, everywhere. */
export const chance = (seed: number): Chance => {
  let state = Math.imul(seed, 0x9e37_79b1) >>> 0 || 1;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
};

/**
 * What a wound may be made of: the file, chance, and all files of the campaign to take other parts from. No file is a
 * Buffer: a slice of that is no copy.
 */
interface Wounding {
  readonly bytes: Uint8Array;
  readonly next: Chance;
  readonly donors: readonly Uint8Array[];
}
type Wound = (wounding: Wounding) => Uint8Array;
type Wounds = Readonly<Record<string, Wound>>;

const pick = <Item>(next: Chance, items: readonly Item[]): Item => items[next(items.length)] as Item;

const joined = (...parts: readonly (Uint8Array | string)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))));

/** `bytes` with `put` in the place of [from, to). */
const replaced = (bytes: Uint8Array, from: number, to: number, put: Uint8Array | string): Uint8Array =>
  joined(bytes.subarray(0, from), put, bytes.subarray(to));

/** Mostly small; one in eight as large as a buffer, to meet what is done a buffer at a time. */
const lengthOf = (next: Chance): number => 1 + (next(8) === 0 ? next(1 << 16) : next(64));

const blockOf = (file: Uint8Array, next: Chance): Uint8Array => {
  const from = next(file.length);
  return file.subarray(from, from + (next(2) === 0 ? 4096 : lengthOf(next)));
};

const ofAnyFile: Wounds = {
  cut: ({ bytes, next }) => bytes.slice(0, next(bytes.length)),
  'flipped bits': ({ bytes, next }) => {
    const flipped = bytes.slice();
    for (let bits = 1 + next(16); bits > 0; bits -= 1) {
      const at = next(bytes.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << next(8));
    }
    return flipped;
  },
  overwritten: ({ bytes, next }) => {
    const from = next(bytes.length);
    return bytes.slice().fill(pick(next, [0, 0xff, 0x0a, 0x0d, 0x22, 0x20, 0x5c]), from, from + lengthOf(next));
  },
  spliced: ({ bytes, next, donors }) => {
    const at = next(bytes.length);
    const block = blockOf(next(2) === 0 ? bytes : pick(next, donors), next);
    return replaced(bytes, at, next(2) === 0 ? at : at + block.length, block);
  },
  'in parts twice': ({ bytes, next }) => {
    const at = next(bytes.length);
    return replaced(bytes, at, at, bytes.slice(at, at + lengthOf(next)));
  },
  'with a part taken out': ({ bytes, next }) => {
    const at = next(bytes.length);
    return replaced(bytes, at, at + lengthOf(next), '');
  },
};

const hugeNumbers = [
  '0',
  '-1',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551615',
  '9'.repeat(40),
  '9'.repeat(400),
  '0xffffffffffffffff',
  `0x${'f'.repeat(40)}`,
];

/** Where a line keeps numbers, and what lines say that a name is. */
const told: readonly RegExp[] = [
  /(?<= )\d+(?=\.\d+: )/,
  /(?<=\.)\d+(?=: )/,
  /(?<=-)\d+(?= +\[)/,
  /(?<=\[)\d+(?=\])/,
  /0x[0-9a-f]{3,}/,
  /(?<=[a-z]=)\d+/,
  /\d+/,
];

/** Names that an object of JavaScript has by itself. */
const hostile = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '\\', '"', '', '\u00ff'];

/** Changes the line that a place by chance lies in. */
const inALine = ({ bytes, next }: Wounding, change: (line: string) => string): Uint8Array => {
  const at = next(bytes.length);
  const from = bytes.lastIndexOf(0x0a, at - 1) + 1;
  const end = bytes.indexOf(0x0a, at);
  const to = end < 0 ? bytes.length : end;
  return replaced(bytes, from, to, change(Buffer.from(bytes.subarray(from, Math.max(from, to))).toString('latin1')));
};

const lostLine = (next: Chance): string =>
  pick(next, [
    `CPU:${pick(next, ['0', '1', ...hugeNumbers])} [LOST ${pick(next, ['7', ...hugeNumbers])} EVENTS]`,
    `CPU:${pick(next, ['0', '1', ...hugeNumbers])} [${pick(next, ['7', ...hugeNumbers])} EVENTS DROPPED]`,
    'CPU:1 [LOST EVENTS]',
    '##### CPU 1 buffer started ####',
  ]);

const ofText: Wounds = {
  'without its beginning': ({ bytes, next }) => bytes.slice(next(bytes.length)),
  'with huge numbers': (wounding) => {
    const { next } = wounding;
    return inALine(wounding, (line) => line.replace(pick(next, told), pick(next, hugeNumbers)));
  },
  'with hostile names': (wounding) => {
    const { next } = wounding;
    return inALine(wounding, (line) => line.replace(/(?<=[a-z]=")[^"]*(?=")/, pick(next, hostile)));
  },
  'with losses': (wounding) => inALine(wounding, (line) => `${line}\n${lostLine(wounding.next)}`),
  'with a long line': (wounding) => {
    const { next } = wounding;
    const filling = pick(next, ['x', ' ', '[', '-1 ', '"', '[0] 1.0: ', 'a="', '0', '\\"', 'dev="a" ', ':']);
    const length = pick(next, [5000, 70_000, next(4) === 0 ? 2 << 20 : 5000]);
    return inALine(wounding, (line) => line + filling.repeat(Math.ceil(length / filling.length)));
  },
  'with many short lines': (wounding) => {
    const { next } = wounding;
    const filling = pick(next, ['\n', ' \n', '"\n', '#\n', 'x\n', '\r\n']);
    return inALine(wounding, (line) => `${line}${pick(next, ['', '"'])}\n${filling.repeat(lengthOf(next))}`);
  },
  'without newlines': ({ bytes, next }) => {
    const from = next(3) === 0 ? 0 : next(bytes.length);
    return joined(
      bytes.subarray(0, from),
      bytes.subarray(from).filter((byte) => byte !== 0x0a),
    );
  },
  'with NULs': ({ bytes, next }) => {
    const every = 1 + next(5000);
    return bytes.map((byte, index) => (index % every === 0 ? 0 : byte));
  },
  'of no UTF-8': ({ bytes, next }) => {
    const at = next(bytes.length);
    const sequence = pick(next, ['\xc0\xaf', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe2\x82', '\x80', '\xef\xbb\xbf']);
    return replaced(bytes, at, at, sequence.repeat(1 + next(20)));
  },
  'with CRLF': ({ bytes, next }) => {
    const text = Buffer.from(bytes).toString('latin1');
    return joined(text.replaceAll('\n', pick(next, ['\r\n', '\r\n', '\r', '\r\r\n', '\n\r'])));
  },
};

const extremes32 = [0, 1, 3, 0x7f, 0xff, 4096, 65_536, 0x7fff_ffff, 0x8000_0000, 0xc000_0010, 0xffff_ffff];
const extremes64 = [0n, 1n, 1n << 31n, (1n << 32n) - 1n, (1n << 53n) - 1n, 1n << 53n, 1n << 63n, (1n << 64n) - 1n];

const written = (wounding: Wounding, at: number): Uint8Array => {
  const { bytes, next } = wounding;
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const isLittle = next(8) !== 0;
  // A place of the file is as bad as one beyond it: data that is another's, tables that lead into themselves.
  const place = next(2) === 0 ? next(bytes.length + 2) : next(bytes.length >> 12) << 12;
  if (next(2) === 0) {
    const value = pick(next, [...extremes32, place]);
    if (at + 4 <= copy.length) view.setUint32(at, value, isLittle);
  } else {
    const value = pick(next, [...extremes64, BigInt(place), (1n << 64n) - BigInt(place)]);
    if (at + 8 <= copy.length) view.setBigUint64(at, value, isLittle);
  }
  return copy;
};

/** Words of the head (trace-cmd.dat.v6(5), v7(5)) that have a size, a count or a table of offsets behind them. */
const landmarks = ['header_page\0', 'header_event\0', 'options  \0', 'flyrecord\0', 'none\0', 'zstd\x001\0', 'own\0'];

const ofTraceDat: Wounds = {
  'with a huge field': (wounding) => written(wounding, wounding.next(wounding.bytes.length >> 2) << 2),
  'with a lying head': (wounding) => {
    const { bytes, next } = wounding;
    const word = Buffer.from(pick(next, landmarks), 'latin1');
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(word);
    // Version, byte order, size of a long and of a page lie at the beginning.
    if (found < 0 || next(4) === 0) return written(wounding, 10 + next(40));
    return written(wounding, found + word.length + pick(next, [0, 0, 2, 4, 8, 8 * next(16), 4 * next(16)]));
  },
  'with lying options': (wounding) => {
    // The last bytes of a file of version 7 are options and the places of buffers.
    const { bytes, next } = wounding;
    return written(wounding, Math.max(0, bytes.length - 1 - next(600)));
  },
  'with a lying page': (wounding) => {
    // Time, length with its flags, and the heads of the first events.
    const { bytes, next } = wounding;
    return written(wounding, (next(bytes.length >> 12) << 12) + pick(next, [0, 4, 8, 12, 16, 20, 24, 4 * next(64)]));
  },
};

export type Format = 'text' | 'trace.dat';

const woundsOf: Readonly<Record<Format, Wounds>> = {
  text: { ...ofAnyFile, ...ofText },
  'trace.dat': { ...ofAnyFile, ...ofTraceDat },
};

/** A file with one wound, or with up to four, and their names. */
export const damaged = (
  whole: Uint8Array,
  format: Format,
  next: Chance,
  donors: readonly Uint8Array[],
): { readonly bytes: Uint8Array; readonly wounds: readonly string[] } => {
  const known = Object.entries(woundsOf[format]);
  const wounds: string[] = [];
  let bytes = whole;
  for (let left = next(2) === 0 ? 1 : 1 + next(4); left > 0 && bytes.length > 16; left -= 1) {
    const [name, wound] = pick(next, known);
    wounds.push(name);
    bytes = wound({ bytes, next, donors });
  }
  return { bytes, wounds };
};
