import type { Field } from './event-format.ts';
import { extentOf, type RawEvent } from './raw-event.ts';

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

const ip4 = (bytes: readonly number[], padded: boolean): string =>
  bytes.map((byte) => (padded ? String(byte).padStart(3, '0') : String(byte))).join('.');

const wordsOf = (bytes: readonly number[]): number[] =>
  Array.from({ length: bytes.length / 2 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));

/** RFC 5952: the longest run of two or more zero words becomes `::`; an IPv4 address within is written as one. */
const ip6Short = (bytes: readonly number[]): string => {
  const words = wordsOf(bytes);
  const mapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  const isatap = ((words[4] ?? 0) | 0x0200) === 0x0200 && words[5] === 0x5efe;
  const shown = mapped || isatap ? words.slice(0, 6) : words;
  let run = { from: -1, length: 1 };
  for (let from = 0; from < shown.length; from += 1) {
    let length = 0;
    while (shown[from + length] === 0) length += 1;
    if (length > run.length) run = { from, length };
  }
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  const tail = shown.length === 6 ? ip4(bytes.slice(12), false) : '';
  const join = (left: string, right: string): string => (left && right ? `${left}:${right}` : left + right);
  if (run.from < 0) return join(text(shown), tail);
  return `${text(shown.slice(0, run.from))}::${join(text(shown.slice(run.from + run.length)), tail)}`;
};

const ip6 = (bytes: readonly number[], how: string): string => {
  if (how.includes('c')) return ip6Short(bytes);
  const words = wordsOf(bytes).map((word) => word.toString(16).padStart(4, '0'));
  return words.join(how.startsWith('I') ? ':' : '');
};

const familyInet = 2;
const familyInet6 = 10;

/** A `struct sockaddr`: family in the machine's byte order, port in the network's. */
const socketAddress = (bytes: readonly number[], how: string, little: boolean): string => {
  const family = little ? (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const port = `:${((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)}`;
  const withPort = how.includes('p');
  if (family === familyInet) {
    if (bytes.length < 16) return 'INVALIDIPv4';
    return ip4(bytes.slice(4, 8), how.startsWith('i')) + (withPort ? port : '');
  }
  if (family === familyInet6) {
    if (bytes.length < 28) return 'INVALIDIPv6';
    const address = ip6(bytes.slice(8, 24), how);
    return withPort ? `[${address}]${port}` : address;
  }
  return '';
};

const uuidOrder = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

const uuid = (bytes: readonly number[], how: string): string => {
  const order = /[lL]$/.test(how) ? guidOrder : uuidOrder;
  const digits = order.map((index) => hex(bytes[index] ?? 0)).join('');
  const text = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return /[BL]$/.test(how) ? text.toUpperCase() : text;
};

const mac = (bytes: readonly number[], how: string): string => {
  const ordered = how.endsWith('R') ? bytes.toReversed() : bytes;
  const between = how.startsWith('m') ? '' : how.endsWith('F') ? '-' : ':';
  return ordered.map(hex).join(between);
};

/**
 * What `%pI4`, `%pI6c`, `%pISpc`, `%pM` or `%pU` print of a field that holds the address itself.
 *
 * @param how - what follows the `%p`.
 * @see Documentation/core-api/printk-formats.rst
 */
export const addressText = (how: string, field: Field, little: boolean): ((event: RawEvent) => string) => {
  const bytesOf = (event: RawEvent): number[] => {
    const { from, to } = extentOf(event, { ...field, array: true }, little);
    return [...event.bytes.subarray(from, to)];
  };
  const exactly =
    (size: number, otherwise: string, print: (bytes: readonly number[]) => string) => (event: RawEvent) => {
      const bytes = bytesOf(event);
      return bytes.length === size ? print(bytes) : otherwise;
    };
  if (/^[iI]4/.test(how)) {
    const reversed = how.endsWith('l') || (how.endsWith('h') && little);
    return exactly(4, 'INVALIDIPv4', (bytes) => ip4(reversed ? bytes.toReversed() : bytes, how.startsWith('i')));
  }
  if (/^[iI]6/.test(how)) return exactly(16, 'INVALIDIPv6', (bytes) => ip6(bytes, how));
  if (/^[iI]S/.test(how)) return (event) => socketAddress(bytesOf(event), how, little);
  if (how.startsWith('U')) return exactly(16, 'INVALIDUUID', (bytes) => uuid(bytes, how));
  return exactly(6, 'INVALIDMAC', (bytes) => mac(bytes, how));
};
