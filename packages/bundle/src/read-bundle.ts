import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ByteReader, byteReader } from './byte-reader.ts';
import { DamagedBundleError, newerFormat, type Part } from './errors.ts';
import { type Frame, formatVersion, frameIn, frameSize, magic, prologueSize, versionIn } from './format.ts';
import { type Label, labelIn } from './label.ts';
import { opener } from './opener.ts';
import type { Batch, Parcel, Source } from './parcel.ts';
import { reopened } from './reopened.ts';

/** A part that is as it was written; what its body means has yet to be seen. */
interface Whole extends Frame {
  readonly offset: number;
  /** Its own bytes. */
  readonly frame: Buffer;
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
const readPart = async (bytes: ByteReader, file: string, at: Progress): Promise<Whole> => {
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
  return { ...found, offset, frame: head, body };
};

/** The header, with what it says the file holds. */
const readLabel = ({ kind, body, offset }: Whole, file: string): Label => {
  const label = kind === 'HEAD' ? labelIn(body.toString('utf8')) : undefined;
  if (label !== undefined) return label;
  throw new DamagedBundleError(file, { offset, part: 'header' }, 'its header does not say what it holds');
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
    const label = readLabel(header, name);
    at.label = label;
    whole.update(header.frame).update(header.body);
    yield label;

    const opened = { events: opener(name, label.events), notes: opener(name, label.notes) };
    for (;;) {
      const part = await readPart(bytes, name, at);
      const { kind, count, body, offset } = part;
      const place = partOf(part, at);
      const wrong = (why: string) => new DamagedBundleError(name, { offset, part: place }, why);
      if (kind === 'DONE') {
        if (nextPart(at) !== 'end') throw wrong(`${nextPart(at)} are not in it`);
        if (!whole.digest().equals(body)) throw wrong('the digest of all of it is not the one that was written');
        break;
      }
      whole.update(part.frame).update(body);
      if (kind === 'HEAD') throw wrong('it has a second header');
      if (kind === 'NOTE' && at.events < label.events.count) throw wrong('notes come before the last event');
      const of = kind === 'EVTS' ? 'events' : 'notes';
      const items = opened[of](body, count, wrong);
      at[of] += count;
      yield { of, items };
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
export const readBundle = (source: Source): Promise<Parcel> =>
  reopened(
    () => contentsOf(source),
    () => new DamagedBundleError(source.name, { offset: prologueSize, part: 'header' }, 'it changed while it was read'),
  );
