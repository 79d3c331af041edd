import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { empty, revision, streamId } from '@custody/log';
import { eventLogContract } from '@custody/log/contract';
import { describe, expect, it } from 'vitest';
import { openSqliteLog } from './sqlite-log.ts';
import { collect, newPlaces, numbered } from './testing/places.testing.ts';

const place = newPlaces();
const run = streamId('run-1');

eventLogContract('the SQLite log', () => openSqliteLog(place()));
eventLogContract('the SQLite log with segments of three events', () => openSqliteLog(place(), { segmentEvents: 3 }));
eventLogContract('the SQLite log, compressed', () => openSqliteLog(place(), { segmentEvents: 20, compressed: true }));

describe('a store on disk', () => {
  it('may be compressed from now on, or no longer: what is there is read either way', async () => {
    const path = place();
    for (const [part, compressed] of [true, false, true].entries()) {
      await using log = await openSqliteLog(path, { compressed });
      await log.append(run, numbered(1500, part * 1500), revision(part * 1500));
    }
    await using log = await openSqliteLog(path, { readOnly: true });
    expect(await collect(log.read(run))).toEqual(numbered(4500));
  });

  it('is read again after closing and opening', async () => {
    const path = place();
    const first = await openSqliteLog(path);
    await first.append(run, numbered(2500), empty);
    await first[Symbol.asyncDispose]();

    await using log = await openSqliteLog(path);
    expect(await log.head(run)).toBe(2500);
    expect(await collect(log.read(run))).toEqual(numbered(2500));
    expect(await log.append(run, numbered(1, 2500), revision(2500))).toBe(2501);
  });

  it('is one single file after closing, and before that a file with its companions', async () => {
    const path = place();
    const log = await openSqliteLog(path);
    await log.append(run, numbered(5), empty);
    expect(readdirSync(dirname(path))).toEqual(['custody.db', 'custody.db-shm', 'custody.db-wal']);
    await log[Symbol.asyncDispose]();
    expect(readdirSync(dirname(path))).toEqual(['custody.db']);
  });

  it('is one single file only after the last of two has closed it', async () => {
    const path = place();
    const one = await openSqliteLog(path);
    const other = await openSqliteLog(path);
    await one.append(run, numbered(5), empty);
    await one[Symbol.asyncDispose]();
    expect(await other.append(run, numbered(5, 5), revision(5))).toBe(10);
    await other[Symbol.asyncDispose]();
    expect(readdirSync(dirname(path))).toEqual(['custody.db']);
  });

  it('goes on reading while another rolls the tail into a segment', async () => {
    const path = place();
    await using log = await openSqliteLog(path, { segmentEvents: 10 });
    await using other = await openSqliteLog(path, { segmentEvents: 10 });
    await log.append(run, numbered(18), empty);
    const batches = log.read(run)[Symbol.asyncIterator]();
    const seen = [...(await batches.next()).value];
    await other.append(run, numbered(5, 18), revision(18));
    for (let next = await batches.next(); !next.done; next = await batches.next()) seen.push(...next.value);
    expect(seen).toEqual(numbered(18));
  });

  it('keeps events too large for one segment together with small ones', async () => {
    await using log = await openSqliteLog(place());
    const events = [3, 700_000, 700_000, 5, 2_000_000].map((size) => ({ type: 'NoteWritten', data: 'x'.repeat(size) }));
    await log.append(run, events, empty);
    expect(await collect(log.read(run))).toEqual(events);
  });
});
