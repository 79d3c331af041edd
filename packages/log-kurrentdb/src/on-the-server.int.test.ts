import { empty, type LogEvent, revision, streamId } from '@custody/log';
import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { describe, expect, it } from 'vitest';
import { openKurrentLog } from './index.ts';
import { doubleForTests, freshPrefix, numbered, readAll } from './testing/given.testing.ts';

const double = doubleForTests();
const run = streamId('run-1');

/** What the server holds of a stream, with the metadata as JSON. */
const held = (name: string) =>
  double()
    .streams.visible(name)
    .map(({ type, contentType, data, metadata }) => ({
      type,
      contentType,
      data: contentType === 'application/json' ? JSON.parse(Buffer.from(data).toString()) : data.length,
      metadata: JSON.parse(Buffer.from(metadata).toString()),
    }));

describe('on the server', () => {
  it('a run is segments that say what is in them', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(double().url, { prefix });
    const events = numbered(1500).map((event, index) => ({ ...event, at: 100 + index }));
    await log.append(streamId('run-3f9c'), events, empty);
    await log.append(streamId('run-3f9c'), [{ type: 'OwnerSet', data: {} }], revision(1500));
    expect(held(`${prefix}run-3f9c`)).toMatchObject([
      {
        type: 'Segment',
        contentType: 'application/octet-stream',
        metadata: {
          $correlationId: '3f9c',
          custody: 1,
          ordinal: 0,
          first: 0,
          count: 1000,
          earliest: 100,
          latest: 1099,
          types: { StepTaken: 1000 },
        },
      },
      { metadata: { ordinal: 1, first: 1000, count: 500, earliest: 1100, latest: 1599 } },
      { metadata: { ordinal: 2, first: 1500, count: 1, earliest: null, types: { OwnerSet: 1 } } },
    ]);
  });

  it('the catalogue and notes are plain events with their own types', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(double().url, { prefix });
    const opened = { type: 'RunOpened', data: { header: { run: '3f9c', title: 'lab' }, at: 'noon' } };
    const noted = { type: 'NotesUpdated', data: { author: 'me' }, at: 12 };
    await log.append(streamId('runs'), [opened], empty);
    await log.append(streamId('notes-3f9c'), [noted, noted], empty);
    const contentType = 'application/json';
    expect(held(`${prefix}runs`)).toEqual([
      {
        ...opened,
        contentType,
        metadata: { $correlationId: '3f9c', custody: 1, first: 0, count: 1, ordinal: 0 },
      },
    ]);
    expect(held(`${prefix}notes-3f9c`)[1]).toEqual({
      type: 'NotesUpdated',
      data: { author: 'me' },
      contentType,
      metadata: { $correlationId: '3f9c', custody: 1, first: 1, count: 1, ordinal: 1, fields: { at: 12 } },
    });
  });

  it.each<LogEvent>([
    { type: '', data: {} },
    { type: '$type', data: null },
    { type: 'NoData', data: undefined },
    { type: 'Number', data: 7 },
    { type: 'Text', data: 'zażółć' },
  ])('a plain event may be %j', async (event) => {
    await using log = await openKurrentLog(double().url, { prefix: freshPrefix() });
    await log.append(streamId('notes-1'), [event], empty);
    expect(await readAll(log, streamId('notes-1'))).toEqual([JSON.parse(JSON.stringify(event))]);
  });

  it('a removed stream lets nobody append who still believes in it', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(double().url, { prefix });
    await using other = await openKurrentLog(double().url, { prefix });
    await log.append(run, numbered(3), empty);
    await other.remove(run);
    await expect(log.append(run, numbered(1, 3), revision(3))).rejects.toMatchObject({ expected: 3, actual: 0 });
    expect(await log.append(run, numbered(1), empty)).toBe(1);
    expect(await readAll(other, run)).toEqual(numbered(1));
    expect(await other.streams()).toEqual([run]);
  });

  it('a stream that somebody deleted there begins anew', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(double().url, { prefix });
    await log.append(run, numbered(3), empty);
    double().streams.delete(`${prefix}run-1`, 'any');
    expect(await log.head(run)).toBe(0);
    expect(await log.append(run, numbered(4), empty)).toBe(4);
    expect(await log.append(run, numbered(2, 4), revision(4))).toBe(6);
    expect(await readAll(log, run, { from: revision(3) })).toEqual(numbered(3, 3));
  });

  it('a position is found among many small segments', async () => {
    await using log = await openKurrentLog(double().url, { prefix: freshPrefix() });
    const sizes = Array.from({ length: 60 }, (_, index) => 1 + ((index * 37) % 50));
    let head = empty;
    for (const size of sizes) head = await log.append(run, numbered(size, head), head);
    for (let at = 0; at < head; at += 97) {
      expect(await readAll(log, run, { from: revision(at), to: revision(at + 2) })).toEqual(numbered(2, at));
    }
  });

  it('several logs keep apart by their prefix, which may stand in the address', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(`${double().url}&prefix=${prefix}`);
    await using same = await openKurrentLog(double().url, { prefix });
    await using other = await openKurrentLog(double().url, { prefix: freshPrefix() });
    await log.append(run, numbered(2), empty);
    expect([await same.head(run), await other.head(run)]).toEqual([2, 0]);
    expect(await other.streams()).toEqual([]);
  });

  it('what another program wrote is not taken for ours', async () => {
    const prefix = freshPrefix();
    const client = KurrentDBClient.connectionString(double().url);
    await client.appendToStream(`${prefix}run-1`, jsonEvent({ type: 'Other', data: {} }));
    await client.dispose();
    await using log = await openKurrentLog(double().url, { prefix });
    await expect(log.head(run)).rejects.toThrow(
      'Cannot read event 0 of "run-1" on the server: another program wrote it; use a prefix, so that custody has its ' +
        'streams for itself',
    );
    expect(await log.streams()).toEqual([]);
  });

  it('what the server has truncated is missed', async () => {
    const prefix = freshPrefix();
    await using log = await openKurrentLog(double().url, { prefix, segmentEvents: 10 });
    await log.append(run, numbered(50), empty);
    const client = KurrentDBClient.connectionString(double().url);
    await client.setStreamMetadata(`${prefix}run-1`, { truncateBefore: 2 });
    await client.dispose();
    expect(await readAll(log, run, { from: revision(20) })).toEqual(numbered(30, 20));
    await expect(readAll(log, run)).rejects.toMatchObject({ name: 'DamagedStreamError', from: 0 });
  });
});
