import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BundleError, DamagedBundleError } from './errors.ts';
import { formatVersion, frame, looksLikeBundle, magic, prologue, prologueSize } from './format.ts';
import { bytesOf, fileOf, parcelOf, unpacked } from './parcel.testing.ts';
import type { Sealed } from './parcel.ts';
import { readBundle } from './read-bundle.ts';
import { writeBundle } from './write-bundle.ts';

const parcel = parcelOf(2500, 3);
const bundle = await bytesOf(writeBundle(parcel));
const readAll = async (bytes: Uint8Array) => unpacked(await readBundle(fileOf(bytes)));

const refusalOf = async (bytes: Uint8Array): Promise<DamagedBundleError> => {
  const error = await readAll(bytes).then(
    () => new Error('it was read'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DamagedBundleError);
  return error as DamagedBundleError;
};

/** A prologue of another version, with its checksum right. */
const ofVersion = (version: number): Buffer => {
  const bytes = prologue();
  bytes.writeUInt32BE(version, magic.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, prologueSize - 4)), prologueSize - 4);
  return bytes;
};

describe('a bundle', () => {
  it.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [999, 1],
    [1000, 1001],
    [2500, 3],
  ])('of %d events and %d notes gives them back', async (events, notes) => {
    const sent = parcelOf(events, notes);
    expect(await readAll(await bytesOf(writeBundle(sent)))).toEqual(await unpacked(sent));
  });

  it('is the same bytes however the events came, and reads the same however the bytes come', async () => {
    expect(await bytesOf(writeBundle(parcelOf(2500, 3, 1)))).toEqual(bundle);
    const expected = await unpacked(parcel);
    for (const size of [1, 7, 4096]) expect(await unpacked(await readBundle(fileOf(bundle, size)))).toEqual(expected);
  });

  it('is hardly larger than its events deflated', async () => {
    const { events } = await unpacked(parcel);
    const deflated = deflateSync(events.map((event) => JSON.stringify(event)).join('\n'), { level: 1 });
    expect(bundle.length).toBeLessThan(1.1 * deflated.length + 2000);
  });

  it('tells how large it is, and the digest of its events as lines', async () => {
    const { events } = await unpacked(parcel);
    const writing = writeBundle(parcel);
    let step = await writing.next();
    while (!step.done) step = await writing.next();
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const digest = createHash('sha256').update(lines).digest('hex');
    expect(step.value satisfies Sealed).toEqual({ bytes: bundle.length, digest });
  });

  it('is known by its first bytes, also where some of them are wrong', () => {
    expect(looksLikeBundle(bundle)).toBe(true);
    expect(looksLikeBundle(bundle.subarray(0, 3))).toBe(true);
    expect(looksLikeBundle(Buffer.concat([Buffer.from('x'), bundle.subarray(1)]))).toBe(true);
    expect(looksLikeBundle(Buffer.from('# tracer: nop\n#\n'))).toBe(false);
    expect(looksLikeBundle(Buffer.alloc(0))).toBe(false);
  });
});

describe('a bundle that is not as it was written', () => {
  it('is refused with a place, whichever bit was changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bundle.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bundle);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const { offset, part } = await refusalOf(changed);
        expect(offset).toBeLessThanOrEqual(at);
        expect(part).toMatch(/^(header|events \d+ to \d+|notes \d+ to \d+|end)$/);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused with a place, wherever it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bundle.length - 1), async (length) => {
        expect(await refusalOf(bundle.subarray(0, length))).toMatchObject({ offset: length });
      }),
      { numRuns: 200 },
    );
  });

  it('names the part: the header, which events, which notes, the end', async () => {
    const partAt = async (at: number): Promise<string> => {
      const changed = Buffer.from(bundle);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return (await refusalOf(changed)).part;
    };
    const frames = ['EVTS', 'NOTE', 'DONE'].map((kind) => bundle.indexOf(kind));
    const [events = 0, notes = 0, end = 0] = frames;
    expect(await partAt(prologueSize + 40)).toBe('header');
    expect(await partAt(events + 600)).toBe('events 0 to 1000');
    expect(await partAt(events)).toBe('events 0 to 2500');
    expect(await partAt(notes + 60)).toBe('notes 0 to 3');
    expect(await partAt(end + 30)).toBe('end');
  });

  it.each([
    ['more bytes behind its end', Buffer.concat([bundle, Buffer.from('\n')]), 'end', /something behind its end/],
    [
      'its line ends mended',
      Buffer.from(bundle.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
      'header',
      /as text/,
    ],
    ['a part left out', withoutSecondSegment(), 'events 1000 to 1500', /not in its place/],
    ['its events left out', onlyEnds(), 'end', /events 0 to 2500 are not in it/],
  ])('with %s is refused', async (_, bytes, part, says) => {
    const error = await refusalOf(bytes);
    expect(error.part).toBe(part);
    expect(error.message).toMatch(says);
  });

  it('of a newer format says to upgrade, and is called no damage', async () => {
    const reading = readAll(Buffer.concat([ofVersion(formatVersion + 1), bundle.subarray(prologueSize)]));
    await expect(reading).rejects.toThrow(/format 2, and this version reads format 1; .*upgrade/);
    await expect(reading).rejects.toBeInstanceOf(BundleError);
    await expect(reading).rejects.not.toBeInstanceOf(DamagedBundleError);
  });

  it('that changes while it is read is noticed', async () => {
    const other = await bytesOf(writeBundle(parcelOf(5, 0)));
    let opened = 0;
    const turning = {
      name: 'run.custody',
      open: () => {
        opened += 1;
        return fileOf(opened === 1 ? bundle : other).open();
      },
    };
    await expect(readBundle(turning).then(unpacked)).rejects.toThrow(/changed while it was read/);
  });
});

/** Forged: the second of three segments is missing, and the frames are right. */
function withoutSecondSegment(): Buffer {
  const first = bundle.indexOf('EVTS');
  const second = bundle.indexOf('EVTS', first + 1);
  const third = bundle.indexOf('EVTS', second + 1);
  return Buffer.concat([bundle.subarray(0, second), bundle.subarray(third)]);
}

/** Forged: a header and an end with the right digest, and nothing between. */
function onlyEnds(): Buffer {
  const before = bundle.subarray(0, bundle.indexOf('EVTS'));
  const digest = createHash('sha256').update(before).digest();
  return Buffer.concat([before, frame('DONE', 0, digest), digest]);
}
