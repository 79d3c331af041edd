import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DamagedStreamError, type LogEvent, revision, StoreError, type StreamId } from '@custody/log';
import { type Codec, codecNamed, deflate, deflatedPacked, ndjson, packed } from './codec.ts';
import { type Columns, columnsOf, textOf } from './columns.ts';
import { pack } from './pack.ts';

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

export interface SegmentOptions {
  /** Compresses: fewer bytes, more time. For what travels. @default false */
  readonly compressed?: boolean;
}

const rowOf = (first: number, count: number, { name }: Codec, data: Uint8Array): Packed => ({
  first,
  count,
  codec: name,
  crc32: crc32(data),
  data,
});

/** From so many events on a row of the tail is packed: fewer are as small and as fast as text, and can be read by eye. */
const worthPacking = 16;

/**
 * A row of the tail: NDJSON when there are few, else `packed`. Packed data begins with a byte of 0, which text never does.
 *
 * @throws TypeError when an event holds what JSON cannot say.
 */
export const tailRow = (first: number, events: readonly LogEvent[]): Packed =>
  events.length < worthPacking
    ? rowOf(first, events.length, ndjson, Buffer.from(events.map(textOf).join('\n')))
    : rowOf(first, events.length, packed, pack(columnsOf(events)));

/**
 * A segment behind the one with the chain `previous`; the first of a stream stands behind no bytes.
 *
 * Its own chain hashes the header beside the data, so that a swapped, dropped or relabelled segment shows too.
 */
export const segment = (
  stream: StreamId,
  first: number,
  columns: Columns,
  previous: Uint8Array,
  { compressed = false }: SegmentOptions = {},
): Segment => {
  const packedData = pack(columns);
  const row = compressed
    ? rowOf(first, columns.count, deflatedPacked, deflate(packedData))
    : rowOf(first, columns.count, packed, packedData);
  const timed = { ...row, ...columns.times };
  return { ...timed, chain: chainOf(stream, timed, previous) };
};

/** A row whose chain is asked for; a row of the tail has no times. */
type Chained = Packed & Partial<Pick<Segment, 'earliest' | 'latest'>>;

/**
 * The SHA-256 over the chain `previous`, the row's header and its data, 32 bytes. It vouches for the stream's name and for
 * every row up to this one.
 */
export const chainOf = (stream: string, row: Chained, previous: Uint8Array): Uint8Array => {
  const { first, count, earliest = null, latest = null, codec, data } = row;
  const header = JSON.stringify([stream, first, count, earliest, latest, codec]);
  return createHash('sha256').update(previous).update(header).update(data).digest();
};

/**
 * The events of a row from position `from` up to `to` (default: all of them), in order, as new objects.
 *
 * The whole row is verified, but only what was asked for is built.
 *
 * @throws DamagedStreamError when the row is not as it was written.
 * @throws StoreError when a later version has packed it.
 */
export const unpack = (stream: StreamId, row: Packed, from = 0, to = row.first + row.count): LogEvent[] => {
  verifyChecksum(stream, row);
  const within = (position: number): number => Math.min(Math.max(0, position - row.first), row.count);
  const codec = codecOf(stream, row);
  try {
    return codec.decode(row.data, row.count, within(from), within(to)) as LogEvent[];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw damaged(stream, row, `they do not unpack with codec "${row.codec}" (${reason})`, cause);
  }
};

const verifyChecksum = (stream: StreamId, row: Packed): void => {
  const actual = crc32(row.data);
  if (actual === row.crc32) return;
  throw damaged(stream, row, `their checksum is ${hex(actual)} and was written as ${hex(row.crc32)}`);
};

const codecOf = (stream: StreamId, { first, count, codec: name }: Packed): Codec => {
  const codec = codecNamed(name);
  if (codec !== undefined) return codec;
  throw new StoreError(
    `Cannot read events ${first} to ${first + count} of "${stream}": ` +
      `this version does not know their codec "${name}"; upgrade custody`,
  );
};

const damaged = (stream: StreamId, { first, count }: Packed, reason: string, cause?: unknown): DamagedStreamError =>
  new DamagedStreamError(stream, revision(first), revision(first + count), reason, { cause });

const hex = (value: number): string => value.toString(16).padStart(8, '0');
