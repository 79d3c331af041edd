import { createHash } from 'node:crypto';
import { DamagedStreamError, type LogEvent, StoreError } from '@custody/log';
import { type Packed, unpack } from '@custody/segments';
import { type BundleError, newerFormat } from './errors.ts';
import type { Stretch } from './parcel.ts';

/** A segment as a file says it is: only its data is known to be as it was written. */
interface Told extends Packed {
  readonly earliest: unknown;
  readonly latest: unknown;
  readonly chain: unknown;
}

/** What a segment says of itself and its data; undefined where it says no such thing. */
const toldIn = (body: Buffer): Told | undefined => {
  try {
    const length = body.readUInt32BE(0);
    const said: unknown = JSON.parse(body.toString('utf8', 4, 4 + length));
    const told = { ...(said as Told), data: body.subarray(4 + length) };
    return typeof told.codec === 'string' ? told : undefined;
  } catch {
    return;
  }
};

/** Opens a segment of `count` events; `wrong` makes an error that says where it is. */
type Open = (body: Buffer, count: number, wrong: (why: string) => BundleError) => readonly LogEvent[];

/** Opens the segments of one stream in their order: each must stand behind the one before it. */
export const opener = (file: string, { stream, count: total }: Stretch): Open => {
  let chain: Uint8Array = new Uint8Array();
  let at = 0;
  return (body, count, wrong) => {
    const told = toldIn(body);
    if (told === undefined) throw wrong('a segment does not say what it is');
    const { first, earliest, latest, codec, data } = told;
    if (first !== at || told.count !== count || at + count > total) throw wrong('a segment is not in its place');
    // As packages/segments makes it; docs/bundle.md tells how.
    const words = JSON.stringify([stream, first, count, earliest, latest, codec]);
    const link = createHash('sha256').update(chain).update(words).update(data).digest();
    if (link.toString('hex') !== told.chain) throw wrong('a segment does not follow from the one before it');
    chain = link;
    at += count;
    try {
      return unpack(stream, told);
    } catch (cause) {
      if (cause instanceof DamagedStreamError || !(cause instanceof StoreError)) throw wrong((cause as Error).message);
      throw newerFormat(file, `this version does not know the codec "${codec}"`);
    }
  };
};
