/** One `%…` of a print format. */
export interface Conversion {
  readonly flags: string;
  /** A number, or 'argument' for `*`. */
  readonly width: number | 'argument' | null;
  readonly precision: number | 'argument' | null;
  /** Bits of the number: 8 for hh, 16 for h, 64 for ll, the kernel's long for l and z. */
  readonly bits: number;
  /** d, u, x, X, o, c, s, or p. */
  readonly as: string;
  /** What follows %p: s, S, I4, hD… */
  readonly pointer: string;
}

/** The literal text and the conversions of a format, in their order; literal text has its escapes undone. */
export type FormatPart = string | Conversion;

const conversionShape =
  /%(?:%|([-+ #0]*)(\d{1,4}|\*)?(?:\.(\d{1,4}|\*)?)?(hh|h|ll|l|L|z|Z|j|t)?(?:([diuxXocs])|p([sSfFBRr]|[mM][FR]?|[iI]4[hnbl]?|[iI]6c?|[iI]S[pfschnbl]*|U[bBlL]?|h[CDN]?|[xK])?))/g;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
const withoutEscapes = (text: string): string =>
  text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);

const sized = (text: string | undefined): number | 'argument' | null =>
  text === undefined ? null : text === '*' ? 'argument' : Number(text);

// A format may ask for any width; text of that length is not made for it.
const widest = 256;
const widestTogether = 8192;

/** @returns null when a `%` begins something that is not known, or when the widths are beyond all measure. */
export const parseConversions = (format: string, longSize: number): readonly FormatPart[] | null => {
  const bitsOf: Readonly<Record<string, number>> = {
    hh: 8,
    h: 16,
    ll: 64,
    L: 64,
    j: 64,
    l: longSize * 8,
    z: longSize * 8,
  };
  const parts: FormatPart[] = [];
  let literal = '';
  let at = 0;
  for (const match of format.matchAll(conversionShape)) {
    const before = format.slice(at, match.index);
    if (before.includes('%')) return null;
    literal += before;
    at = match.index + match[0].length;
    if (match[0] === '%%') {
      literal += '%';
      continue;
    }
    if (literal !== '') parts.push(withoutEscapes(literal));
    literal = '';
    const [, flags = '', width, precision, length = '', as = 'p', pointer = ''] = match;
    parts.push({
      flags,
      width: sized(width),
      precision: match[0].includes('.') && precision === undefined ? 0 : sized(precision),
      bits: bitsOf[length] ?? (length === 'Z' || length === 't' ? longSize * 8 : 32),
      as: as === 'i' ? 'd' : as,
      pointer,
    });
  }
  const rest = format.slice(at);
  const widths = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.width, part.precision]));
  const together = widths.reduce<number>((sum, size) => sum + (size === 'argument' ? widest : (size ?? 0)), 0);
  if (together > widestTogether) return null;
  if (rest.includes('%')) return null;
  if (literal + rest !== '') parts.push(withoutEscapes(literal + rest));
  return parts;
};

/** Pads to the width, on the right with the flag `-`. */
export const pad = (text: string, width: number | null, flags: string): string => {
  if (width === null || text.length >= Math.abs(width)) return text;
  const to = Math.min(Math.abs(width), widest);
  return width < 0 || flags.includes('-') ? text.padEnd(to) : text.padStart(to);
};

/** Prints 64 bits as C's printf does. */
export const formatNumber = (
  value: bigint,
  how: Conversion,
  width: number | null,
  precision: number | null,
): string => {
  const { as, flags, bits } = how;
  if (as === 'c') return pad(String.fromCharCode(Number(value & 0xffn)), width, flags);
  const number = as === 'd' ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  const negative = number < 0n;
  const base = as === 'x' || as === 'X' ? 16 : as === 'o' ? 8 : 10;
  let digits = (negative ? -number : number).toString(base);
  if (as === 'X') digits = digits.toUpperCase();
  if (precision !== null) digits = digits.padStart(Math.min(precision, widest), '0');
  let sign = negative ? '-' : as === 'd' && flags.includes('+') ? '+' : as === 'd' && flags.includes(' ') ? ' ' : '';
  if (flags.includes('#') && number !== 0n) sign += base === 16 ? `0${as}` : base === 8 ? '0' : '';
  if (flags.includes('0') && !flags.includes('-') && precision === null && width !== null) {
    digits = digits.padStart(Math.min(width, widest) - sign.length, '0');
  }
  return pad(sign + digits, width, flags);
};
