import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LogEvent } from '../event-log.ts';
import { empty, revision, streamId } from '../ids.ts';
import { numbered, type OpenLog, readAll, run } from './given.testing.ts';

export const appendAndRead = (open: OpenLog): void => {
  it('reads an unknown stream as empty, at revision 0, and does not list it', async () => {
    await using log = await open();
    expect(await readAll(log, run)).toEqual([]);
    expect(await log.head(run)).toBe(0);
    expect(await log.streams()).toEqual([]);
  });

  it('returns the new revision, and the head agrees', async () => {
    await using log = await open();
    expect(await log.append(run, numbered(2), empty)).toBe(2);
    expect(await log.append(run, numbered(3, 2), revision(2))).toBe(5);
    expect(await log.head(run)).toBe(5);
  });

  it('keeps events in the order they were appended', async () => {
    await using log = await open();
    await log.append(run, numbered(2), empty);
    await log.append(run, numbered(3, 2), revision(2));
    expect(await readAll(log, run)).toEqual(numbered(5));
  });

  it('reads a range, and clamps what lies outside the stream', async () => {
    await using log = await open();
    await log.append(run, numbered(5), empty);
    expect(await readAll(log, run, { from: revision(1), to: revision(3) })).toEqual(numbered(2, 1));
    expect(await readAll(log, run, { from: revision(3) })).toEqual(numbered(2, 3));
    expect(await readAll(log, run, { to: revision(99) })).toEqual(numbered(5));
    expect(await readAll(log, run, { from: revision(7) })).toEqual([]);
    expect(await readAll(log, run, { from: revision(3), to: revision(2) })).toEqual([]);
  });

  it('reads up to the moment of the first events, whatever is appended meanwhile', async () => {
    await using log = await open();
    await log.append(run, numbered(3), empty);
    const seen: LogEvent[] = [];
    for await (const events of log.read(run)) {
      if (seen.length === 0) await log.append(run, numbered(4, 3), revision(3));
      seen.push(...events);
    }
    expect(seen).toEqual(numbered(3));
  });

  it('gives a reader any part at once, of the stream as it stood', async () => {
    await using log = await open();
    const many = numbered(2500);
    await log.append(run, many.slice(0, 2300), empty);
    await log.append(run, many.slice(2300), revision(2300));
    const reader = await log.reader(run);
    await log.append(run, numbered(3, 2500), revision(2500));
    expect(reader.revision).toBe(2500);
    expect(reader.read(0, 2)).toEqual(numbered(2));
    expect(reader.read(998, 2001)).toEqual(many.slice(998, 2001));
    expect(reader.read(2299, 2500)).toEqual(many.slice(2299));
    expect(reader.read(7, 7)).toEqual([]);
    expect((await log.reader(streamId('nothing'))).revision).toBe(0);
  });

  it('keeps streams apart, and lists each once', async () => {
    await using log = await open();
    const notes = streamId('notes-1');
    await log.append(run, numbered(2), empty);
    await log.append(notes, numbered(1, 7), empty);
    await log.append(run, numbered(1, 2), revision(2));
    expect(await readAll(log, run)).toEqual(numbered(3));
    expect(await readAll(log, notes)).toEqual(numbered(1, 7));
    expect([...(await log.streams())].sort()).toEqual([notes, run]);
  });

  it('reads any batches back as their concatenation, and any range as its slice', async () => {
    await using log = await open();
    let streams = 0;
    const batches = fc.array(fc.array(fc.record({ type: fc.string(), data: fc.jsonValue() }), { maxLength: 7 }));
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(30), fc.nat(30), async (appends, from, to) => {
        const stream = streamId(`run-${streams++}`);
        let head = empty;
        for (const batch of appends) head = await log.append(stream, batch, head);
        // By way of JSON, as it has no negative zero.
        const all = JSON.parse(JSON.stringify(appends.flat())) as LogEvent[];
        expect(await readAll(log, stream)).toStrictEqual(all);
        expect(await readAll(log, stream, { from: revision(from), to: revision(to) })).toStrictEqual(
          all.slice(from, to),
        );
      }),
      { numRuns: 60 },
    );
  });
};
