import { deflateSync, inflateSync } from 'node:zlib';

/** One way to pack text into bytes. Its name is stored with what it packed, so it keeps its meaning for ever. */
export interface Codec {
  readonly name: string;
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** Lines of JSON as they are. */
export const ndjson: Codec = { name: 'ndjson', encode: (text) => Buffer.from(text), decode: textOf };

/**
 * The same in zlib's format. Level 1: a fifth of the bytes for half the speed; higher levels cost more time than
 * they save space. One output chunk of 64 KiB, as growing one by Node's 16 KiB costs a copy each.
 */
export const deflated: Codec = {
  name: 'ndjson+deflate',
  encode: (text) => deflateSync(text, { level: 1, chunkSize: 65_536 }),
  decode: (bytes) => textOf(inflateSync(bytes, { chunkSize: 262_144 })),
};

/** The codec of that name, or undefined when this version does not know it. */
export const codecNamed = (name: string): Codec | undefined => [deflated, ndjson].find((codec) => codec.name === name);
