import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DamagedStreamError, type LogEvent, StoreError, type StreamId } from '@custody/log';
import { type Packed, unpack } from '@custody/segments';
import { type ByteReader, byteReader } from './byte-reader.ts';
import { DamagedBundleError, newerFormat, type Part } from './errors.ts';
import { type Frame, formatVersion, frameIn, frameSize, magic, prologueSize, versionIn } from './format.ts';
import { type Label, labelIn } from './label.ts';
import type { Batch, Parcel, Source } from './parcel.ts';

/** A part that is as it was written; what its body means has yet to be seen. */
interface Whole extends Frame {
  readonly offset: number;
  readonly body: Buffer;
}

/** How far a reading is: what the label says there is, and how much of it has come. */
interface Progress {
  label: Label | undefined;
  events: number;
  notes: number;
}

/** What comes next, where the file itself does not say so any more. */
const nextPart = ({ label, events, notes }: Progress): Part => {
  if (label === undefined) return 'header';
  if (events < label.events.count) return `events ${events} to ${label.events.count}`;
  return notes < label.notes.count ? `notes ${notes} to ${label.notes.count}` : 'end';
};

const partOf = ({ kind, count }: Frame, { events, notes }: Progress): Part => {
  switch (kind) {
    case 'HEAD':
      return 'header';
    case 'EVTS':
      return `events ${events} to ${events + count}`;
    case 'NOTE':
      return `notes ${notes} to ${notes + count}`;
    case 'DONE':
      return 'end';
  }
};

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** @throws BundleError when these are not the first bytes of a bundle that this version reads. */
const readPrologue = (bytes: Buffer, file: string): void => {
  const cut = bytes.length < prologueSize;
  const wrong = magic.subarray(0, bytes.length).findIndex((byte, index) => byte !== bytes[index]);
  if (wrong >= 0) {
    const mended = bytes.subarray(1, 8).toString('latin1') === 'CUSTODY' ? '; was it sent or copied as text?' : '';
    throw new DamagedBundleError(
      file,
      { offset: wrong, part: 'header' },
      `it does not begin as a bundle does${mended}`,
    );
  }
  if (cut) throw new DamagedBundleError(file, { offset: bytes.length, part: 'header' }, 'it breaks off');
  const version = versionIn(bytes);
  if (version === undefined) {
    throw new DamagedBundleError(file, { offset: magic.length, part: 'header' }, 'its version was changed');
  }
  if (version !== formatVersion) {
    throw newerFormat(file, `it is a bundle of format ${version}, and this version reads format ${formatVersion}`);
  }
};

/** The next part, with its checksums looked at. */
const readPart = async (bytes: ByteReader, file: string, at: Progress): Promise<Whole & { readonly head: Buffer }> => {
  const { offset } = bytes;
  const breaksOff = (part: Part) => new DamagedBundleError(file, { offset: bytes.offset, part }, 'it breaks off');
  const head = await bytes.take(frameSize);
  if (head.length < frameSize) throw breaksOff(nextPart(at));
  const found = frameIn(head);
  if (found === undefined) {
    throw new DamagedBundleError(file, { offset, part: nextPart(at) }, 'the beginning of a part was changed');
  }
  const body = await bytes.take(found.length);
  if (body.length < found.length) throw breaksOff(partOf(found, at));
  const actual = crc32(body);
  if (actual !== found.crc) {
    const reason = `a part was changed: its checksum is ${hex(actual)} and was written as ${hex(found.crc)}`;
    throw new DamagedBundleError(file, { offset, part: partOf(found, at) }, reason);
  }
  return { ...found, offset, body, head };
};

/** A segment's own words and its data; undefined where there are no such words. */
const segmentIn = (
  body: Buffer,
): (Packed & { readonly earliest: unknown; readonly latest: unknown; readonly chain: unknown }) | undefined => {
  try {
    const length = body.readUInt32BE(0);
    const meta: unknown = JSON.parse(body.toString('utf8', 4, 4 + length));
    return {
      ...(meta as Packed & { earliest: unknown; latest: unknown; chain: unknown }),
      data: body.subarray(4 + length),
    };
  } catch {
    return;
  }
};

/** Opens the segments of one stream, each of which must stand behind the one before it. */
const opener = (file: string, stream: StreamId, total: number) => {
  let chain: Uint8Array = new Uint8Array();
  let count = 0;
  return ({ offset, body, count: said }: Whole, part: Part): readonly LogEvent[] => {
    const wrong = (why: string) => new DamagedBundleError(file, { offset, part }, why);
    const row = segmentIn(body);
    if (row === undefined || typeof row.codec !== 'string') throw wrong('a segment does not say what it is');
    if (row.first !== count || row.count !== said || count + said > total) throw wrong('a segment is not in its place');
    const words = JSON.stringify([stream, row.first, row.count, row.earliest, row.latest, row.codec]);
    const actual = createHash('sha256').update(chain).update(words).update(row.data).digest();
    if (actual.toString('hex') !== row.chain) throw wrong('a segment does not follow from the one before it');
    chain = actual;
    count += said;
    try {
      return unpack(stream, row);
    } catch (cause) {
      if (cause instanceof DamagedStreamError || !(cause instanceof StoreError)) throw wrong((cause as Error).message);
      throw newerFormat(file, `this version does not know the codec "${row.codec}"`);
    }
  };
};

/** Everything in the file, checked to its last byte; the label first. */
async function* contentsOf({ name, open }: Source): AsyncGenerator<Label | Batch, void> {
  const pieces = open()[Symbol.asyncIterator]();
  try {
    const bytes = byteReader(pieces);
    const whole = createHash('sha256');
    const first = await bytes.take(prologueSize);
    readPrologue(first, name);
    whole.update(first);
    const at: Progress = { label: undefined, events: 0, notes: 0 };

    const header = await readPart(bytes, name, at);
    const label = header.kind === 'HEAD' ? labelIn(header.body.toString('utf8')) : undefined;
    if (label === undefined) {
      throw new DamagedBundleError(
        name,
        { offset: header.offset, part: 'header' },
        'its header does not say what it holds',
      );
    }
    at.label = label;
    whole.update(header.head).update(header.body);
    yield label;

    const events = opener(name, label.events.stream, label.events.count);
    const notes = opener(name, label.notes.stream, label.notes.count);
    for (;;) {
      const part = await readPart(bytes, name, at);
      const place = partOf(part, at);
      const wrong = (why: string) => new DamagedBundleError(name, { offset: part.offset, part: place }, why);
      if (part.kind === 'HEAD') throw wrong('it has a second header');
      if (part.kind === 'DONE') {
        if (nextPart(at) !== 'end') throw wrong(`${nextPart(at)} are not in it`);
        if (!whole.digest().equals(part.body)) throw wrong('the digest of all of it is not the one that was written');
        break;
      }
      whole.update(part.head).update(part.body);
      if (part.kind === 'EVTS') {
        const items = events(part, place);
        at.events += items.length;
        yield { of: 'events', items };
      } else {
        if (at.events < label.events.count) throw wrong('notes come before the last event');
        const items = notes(part, place);
        at.notes += items.length;
        yield { of: 'notes', items };
      }
    }
    const { offset } = bytes;
    if ((await bytes.take(1)).length > 0) {
      throw new DamagedBundleError(name, { offset, part: 'end' }, 'there is something behind its end');
    }
  } finally {
    await pieces.return?.();
  }
}

/**
 * Opens a bundle: its header is read, and the rest when it is asked for.
 *
 * @throws BundleError when the file does not begin with a header that this version reads; `read` of the parcel
 *   throws it for every other byte that is not as it was written.
 */
export const readBundle = async (source: Source): Promise<Parcel> => {
  const opening = contentsOf(source);
  const first = await opening.next();
  await opening.return();
  const label = first.value as Label;
  async function* read(): AsyncGenerator<Batch, void> {
    for await (const item of contentsOf(source)) {
      if ('of' in item) yield item;
      else if (JSON.stringify(item) !== JSON.stringify(label)) {
        throw new DamagedBundleError(
          source.name,
          { offset: prologueSize, part: 'header' },
          'it changed while it was read',
        );
      }
    }
  }
  return { ...label, read };
};
