import { deflateSync, inflateSync } from 'node:zlib';
import type { Line } from './line.ts';
import { pack } from './pack.ts';
import { unpackEvents } from './unpack.ts';

/** One way to turn events into bytes. Its name is stored with what it made, so it keeps its meaning for ever. */
export interface Codec {
  readonly name: string;
  encode(lines: readonly Line[]): Uint8Array;
  /**
   * The events from number `from` up to `to`.
   *
   * @param count - how many were encoded.
   * @throws Error when the bytes are not of so many events.
   */
  decode(bytes: Uint8Array, count: number, from: number, to: number): unknown[];
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** No newline stands inside a line of JSON: JSON.stringify writes it as `\n`. */
const parsedLines = (text: string, count: number, from: number, to: number): unknown[] => {
  const lines = text.split('\n');
  if (lines.length !== count) throw new RangeError(`there are ${lines.length}, ${count} were written`);
  return JSON.parse(`[${lines.slice(from, to).join(',')}]`) as unknown[];
};

const textCodec = (name: string, encode: (text: string) => Uint8Array, decode: (bytes: Uint8Array) => string) => ({
  name,
  encode: (lines: readonly Line[]) => encode(lines.map(({ text }) => text).join('\n')),
  decode: (bytes: Uint8Array, count: number, from: number, to: number) => parsedLines(decode(bytes), count, from, to),
});

/** Lines of JSON as they are. */
export const ndjson: Codec = textCodec('ndjson', (text) => Buffer.from(text), textOf);

/** The same in zlib's format. Segments were this before there was `packed`. */
const deflatedText: Codec = textCodec(
  'ndjson+deflate',
  (text) => deflate(Buffer.from(text)),
  (bytes) => textOf(inflate(bytes)),
);

/** Level 1, as higher ones cost more time than they save space. One chunk: growing it by 16 KiB is a copy each. */
const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 1, chunkSize: 65_536 });
const inflate = (bytes: Uint8Array): Uint8Array => inflateSync(bytes, { chunkSize: 65_536 });

/** Columns of values; see README.md. */
export const packed: Codec = { name: 'packed', encode: pack, decode: unpackEvents };

/** The same in zlib's format, for bytes that travel. */
export const deflatedPacked: Codec = {
  name: 'packed+deflate',
  encode: (lines) => deflate(pack(lines)),
  decode: (bytes, ...range) => unpackEvents(inflate(bytes), ...range),
};

const codecs = [packed, deflatedPacked, deflatedText, ndjson];

/** The codec of that name, or undefined when this version does not know it. */
export const codecNamed = (name: string): Codec | undefined => codecs.find((codec) => codec.name === name);
