import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DamagedStreamError, type LogEvent, revision, StoreError, type StreamId } from '@custody/log';
import { type Codec, codecNamed, deflated, ndjson } from './codec.ts';
import { type Line, timesOf } from './line.ts';

/** Some events as one row: a row of the tail, or what a segment packs. */
export interface Packed {
  /** The position before the first of them. */
  readonly first: number;
  readonly count: number;
  readonly codec: string;
  /** Of `data`, by zlib. */
  readonly crc32: number;
  readonly data: Uint8Array;
}

/** A row of `segments`; store-format.ts tells what each column means. */
export interface Segment extends Packed {
  readonly earliest: number | null;
  readonly latest: number | null;
  readonly chain: Uint8Array;
}

const pack = (codec: Codec, first: number, lines: readonly Line[]): Packed => {
  const data = codec.encode(lines.map(({ text }) => text).join('\n'));
  return { first, count: lines.length, codec: codec.name, crc32: crc32(data), data };
};

/** A row of the tail. */
export const tailRow = (first: number, lines: readonly Line[]): Packed => pack(ndjson, first, lines);

/**
 * A segment behind the one with the chain `previous`; the first of a stream stands behind no bytes.
 *
 * Its own chain hashes the header beside the data, so that a swapped, dropped or relabelled segment shows too.
 */
export const segment = (stream: StreamId, first: number, lines: readonly Line[], previous: Uint8Array): Segment => {
  const packed = pack(deflated, first, lines);
  const times = timesOf(lines);
  const header = JSON.stringify([stream, first, packed.count, times.earliest, times.latest, packed.codec]);
  const chain = createHash('sha256').update(previous).update(header).update(packed.data).digest();
  return { ...packed, ...times, chain };
};

/**
 * The events of a row from position `from` up to `to` (default: all of them), in order, as new objects.
 *
 * The whole row is verified, but only what was asked for is parsed: that is nine tenths of the time of a seek.
 *
 * @throws DamagedStreamError when the row is not as it was written.
 * @throws StoreError when a later version has packed it.
 */
export const unpack = (stream: StreamId, row: Packed, from = 0, to = row.first + row.count): LogEvent[] => {
  verifyChecksum(stream, row);
  const lines = linesIn(stream, row);
  if (lines.length !== row.count) throw damaged(stream, row, `there are ${lines.length}, ${row.count} were written`);
  const wanted = lines.slice(Math.max(0, from - row.first), Math.max(0, to - row.first));
  try {
    return JSON.parse(`[${wanted.join(',')}]`) as LogEvent[];
  } catch (cause) {
    throw damaged(stream, row, 'they are not JSON', cause);
  }
};

const verifyChecksum = (stream: StreamId, row: Packed): void => {
  const actual = crc32(row.data);
  if (actual === row.crc32) return;
  throw damaged(stream, row, `their checksum is ${hex(actual)} and was written as ${hex(row.crc32)}`);
};

/** No newline stands inside a line of JSON: JSON.stringify writes it as `\n`. */
const linesIn = (stream: StreamId, row: Packed): string[] => {
  const codec = codecNamed(row.codec);
  if (codec === undefined) {
    throw new StoreError(
      `Cannot read events ${row.first} to ${row.first + row.count} of "${stream}": ` +
        `this version does not know their codec "${row.codec}"; upgrade custody`,
    );
  }
  try {
    return codec.decode(row.data).split('\n');
  } catch (cause) {
    throw damaged(stream, row, `they do not unpack with codec "${row.codec}"`, cause);
  }
};

const damaged = (stream: StreamId, { first, count }: Packed, reason: string, cause?: unknown): DamagedStreamError =>
  new DamagedStreamError(stream, revision(first), revision(first + count), reason, { cause });

const hex = (value: number): string => value.toString(16).padStart(8, '0');
