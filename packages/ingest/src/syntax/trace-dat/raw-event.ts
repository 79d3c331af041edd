import type { Field } from './event-format.ts';

/** An event's bytes where they lie: from `start` to before `end` of its page. */
export interface RawEvent {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Where the data of an array or a string lies in the page: from, and to before. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Reads a number of `size` bytes at a byte of the page; what is not there is 0. */
export const numberAt = (event: RawEvent, at: number, size: number, signed: boolean, little: boolean): bigint => {
  if (at < event.start || at + size > event.end) return 0n;
  const { view } = event;
  switch (size) {
    case 1:
      return BigInt(signed ? view.getInt8(at) : view.getUint8(at));
    case 2:
      return BigInt(signed ? view.getInt16(at, little) : view.getUint16(at, little));
    case 4:
      return BigInt(signed ? view.getInt32(at, little) : view.getUint32(at, little));
    case 8:
      return signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
    default:
      return 0n;
  }
};

/** Where the data of `field` is; within the event, whatever the field says. */
export const extentOf = (event: RawEvent, field: Field, little: boolean): Extent => {
  const at = event.start + field.offset;
  if (field.dynamic === null) {
    const to = field.size === 0 ? event.end : Math.min(at + field.size, event.end);
    return { from: Math.min(at, to), to };
  }
  if (at + 4 > event.end) return { from: event.end, to: event.end };
  // Length and offset share a word: the offset is in the low half.
  const word = event.view.getUint32(at, little);
  const base = field.dynamic === 'relative' ? at + field.size : event.start;
  const from = Math.min(base + (word & 0xffff), event.end);
  return { from, to: Math.min(from + (word >>> 16), event.end) };
};

const utf8 = new TextDecoder();

/** The text between two bytes of the page, up to its NUL. */
export const textBetween = (bytes: Uint8Array, { from, to }: Extent): string => {
  // Most are short and plain; a decoder takes longer to start than they take to read.
  let text = '';
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) return text;
    if (byte > 127 || at - from > 64) {
      const end = bytes.indexOf(0, at);
      return utf8.decode(bytes.subarray(from, end < 0 || end > to ? to : end));
    }
    text += String.fromCharCode(byte);
  }
  return text;
};
