import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedLinesError } from './errors.ts';
import { looksLikeLines } from './format.ts';
import { readLines, writeLines } from './ndjson.ts';
import { bytesOf, fileOf, parcelOf, unpacked } from './parcel.testing.ts';

const parcel = parcelOf(1500, 3);
const whole = await unpacked(parcel);
const bytes = await bytesOf(writeLines(parcel));
const lines = bytes.toString().split('\n');
const readAll = async (file: Uint8Array) => unpacked(await readLines(fileOf(file)));
const readText = (...texts: readonly string[]) => readAll(Buffer.from(texts.join('\n')));

describe('a run in lines of JSON', () => {
  it.each([
    [0, 0],
    [0, 1],
    [1000, 0],
    [1500, 1001],
  ])('of %d events and %d notes gives them back', async (events, notes) => {
    const sent = parcelOf(events, notes);
    expect(await readAll(await bytesOf(writeLines(sent)))).toEqual(await unpacked(sent));
  });

  it('is a header, an event a line, the notes, and an end', () => {
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ custody: 'run', format: 1, events: { count: 1500 } });
    expect(JSON.parse(lines[1] ?? '')).toEqual(whole.events[0]);
    expect(JSON.parse(lines[1501] ?? '')).toEqual(whole.notes[0]);
    expect(JSON.parse(lines[1504] ?? '')).toMatchObject({ custody: 'end' });
    expect(looksLikeLines(bytes)).toBe(true);
  });

  it('is the same run after a tool has written each line its own way', async () => {
    const spaced = lines.map((line) =>
      line === '' ? '' : JSON.stringify(JSON.parse(line), null, 1).replaceAll('\n', ''),
    );
    expect(await readText(...spaced)).toEqual(whole);
    expect(await readText(...lines.join('\r\n').split('\n'))).toEqual(whole);
  });

  it.each([
    ['a broken line', lines.with(7, '{"type":"OwnerSet"'), 8, /is not JSON/],
    ['a line left out', lines.toSpliced(7, 1), 1504, /1 lines are missing/],
    ['a line too many', lines.toSpliced(7, 0, lines[7] ?? ''), 1505, /should be the end/],
    [
      'another number in a line',
      lines.with(7, lines[7]?.replace('"at":6', '"at":7') ?? ''),
      1505,
      /one of them was changed/,
    ],
    ['what is no event', lines.with(7, '{}'), 8, /no event/],
    ['no end', lines.slice(0, 900), 901, /breaks off/],
    ['something behind its end', [...lines.slice(0, -1), '{}', ''], 1506, /behind the end/],
    ['a header that says too little', lines.with(0, '{"custody":"run","format":1}'), 1, /what the file holds/],
  ])('with %s is refused with its line', async (_, texts, line, says) => {
    const error = await readText(...texts).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DamagedLinesError);
    expect(error).toMatchObject({ line });
    expect((error as Error).message).toMatch(says);
  });

  it('of a newer format says to upgrade', async () => {
    await expect(readText(...lines.with(0, '{"custody":"run","format":2}'))).rejects.toThrow(/format 2, .*upgrade/);
  });

  it('lets go of the file when only its header was asked for', async () => {
    let isOpen = false;
    const open = async function* () {
      isOpen = true;
      try {
        yield* fileOf(bytes, 4096).open();
      } finally {
        isOpen = false;
      }
    };
    await readLines({ name: 'run.ndjson', open });
    expect(isOpen).toBe(false);
  });

  it('is told from other JSON', async () => {
    await expect(readText('{"groups":[]}')).rejects.toThrow(/line 1 is JSON and not the header of a run/);
  });

  it('is never another run, whichever bit was changed and wherever it was cut', async () => {
    const same = JSON.stringify(whole);
    const isSameOrRefused = async (file: Uint8Array) => {
      const read = await readAll(file).catch((error: unknown) => error);
      if (read instanceof Error) expect(read.name).toMatch(/^(DamagedLinesError|BundleError)$/);
      else expect(JSON.stringify(read)).toBe(same);
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        await isSameOrRefused(changed);
        await isSameOrRefused(bytes.subarray(0, at));
      }),
      { numRuns: 150 },
    );
  });
});
