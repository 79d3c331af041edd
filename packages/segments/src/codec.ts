import { deflateSync, inflateSync } from 'node:zlib';
import { unpackEvents } from './unpack.ts';

/** One way in which events are bytes. Its name is stored with them, so it keeps its meaning for ever. */
export interface Codec {
  readonly name: string;
  /**
   * The events from number `from` up to `to`.
   *
   * @param count - how many there are.
   * @throws Error when the bytes are not of so many events.
   */
  decode(bytes: Uint8Array, count: number, from: number, to: number): unknown[];
}

const textIn = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** No newline stands inside a line of JSON: JSON.stringify writes it as `\n`. */
const parsedLines = (text: string, count: number, from: number, to: number): unknown[] => {
  const lines = text.split('\n');
  if (lines.length !== count) throw new RangeError(`there are ${lines.length}, ${count} were written`);
  return JSON.parse(`[${lines.slice(from, to).join(',')}]`) as unknown[];
};

const textCodec = (name: string, read: (bytes: Uint8Array) => string): Codec => ({
  name,
  decode: (bytes, count, from, to) => parsedLines(read(bytes), count, from, to),
});

/** Level 1, as higher ones cost more time than they save space. One chunk: growing it by 16 KiB is a copy each. */
export const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 1, chunkSize: 65_536 });
const inflate = (bytes: Uint8Array): Uint8Array => inflateSync(bytes, { chunkSize: 65_536 });

/** Lines of JSON as they are. */
export const ndjson: Codec = textCodec('ndjson', textIn);

/** The same in zlib's format. Segments were this before there was `packed`. */
const deflatedText: Codec = textCodec('ndjson+deflate', (bytes) => textIn(inflate(bytes)));

/** Columns of values; see README.md. */
export const packed: Codec = { name: 'packed', decode: unpackEvents };

/** The same in zlib's format, for bytes that travel. */
export const deflatedPacked: Codec = {
  name: 'packed+deflate',
  decode: (bytes, ...range) => unpackEvents(inflate(bytes), ...range),
};

const codecs = [packed, deflatedPacked, deflatedText, ndjson];

/** The codec of that name, or undefined when this version does not know it. */
export const codecNamed = (name: string): Codec | undefined => codecs.find((codec) => codec.name === name);
