import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { DamagedStreamError, streamId } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { columnsOf } from './columns.ts';
import { segment, tailRow, unpack } from './segment.ts';

const run = streamId('run-1');
const events = Array.from({ length: 10 }, (_, step) => ({ type: 'StepTaken', data: { step }, at: 100 + step }));
const text = events.map((event) => JSON.stringify(event)).join('\n');
const columns = columnsOf(events);
const sealed = segment(run, 20, columns, Buffer.from('before'));

/** A row as it was stored once, by whatever version. */
const stored = (codec: string, data: Uint8Array) => ({ first: 20, count: 10, codec, crc32: crc32(data), data });

describe.each([
  ['packed', sealed],
  ['packed and compressed', segment(run, 20, columns, Buffer.from('before'), { compressed: true })],
  ['of deflated NDJSON, as all were until November 2026', stored('ndjson+deflate', deflateSync(text))],
  ['of plain NDJSON', stored('ndjson', Buffer.from(text))],
  [
    'packed on 2026-11-26',
    stored(
      'packed',
      Buffer.from(
        'AAUQEBAIJHR5cGVkYXRhc3RlcGF0U3RlcFRha2VuAQoBAwMEAQUAAQYAAAAAAAAAAAAAAAAABwIAAAAAAAAAAAAAAAAAAADwPwIAAAAAAAAAWUAAAAAAAADwPw==',
        'base64',
      ),
    ),
  ],
])('a segment %s', (_, row) => {
  it('gives its events back, all or from one position to another', () => {
    expect(unpack(run, row)).toEqual(events);
    expect(unpack(run, row, 23, 25)).toEqual(events.slice(3, 5));
    expect(unpack(run, row, 0, 22)).toEqual(events.slice(0, 2));
    expect(unpack(run, row, 25, 22)).toEqual([]);
  });

  it('is damaged when it is of another number of events', () => {
    expect(() => unpack(run, { ...row, count: 9 })).toThrow(DamagedStreamError);
  });
});

describe('a segment', () => {
  it('says where it begins, how many it holds, and when they were', () => {
    expect(sealed).toMatchObject({ first: 20, count: 10, codec: 'packed', earliest: 100, latest: 109 });
    expect(segment(run, 0, columns, sealed.chain, { compressed: true }).codec).toBe('packed+deflate');
  });

  it('chains on the one before it, its header and its data', () => {
    const header = '["run-1",20,10,100,109,"packed"]';
    const expected = createHash('sha256').update('before').update(header).update(sealed.data).digest('hex');
    expect(Buffer.from(sealed.chain).toString('hex')).toBe(expected);
  });

  it('of text that is not JSON is damaged', () => {
    expect(() => unpack(run, stored('ndjson', Buffer.from('{\n'.repeat(9))))).toThrow(DamagedStreamError);
  });
});

describe('a row of the tail', () => {
  it('is text that can be read by eye when there are few, else packed, and its first byte tells which', () => {
    expect(tailRow(20, events)).toMatchObject({ codec: 'ndjson', data: Buffer.from(text) });
    const many = tailRow(20, [...events, ...events]);
    expect(many).toMatchObject({ codec: 'packed', count: 20 });
    expect(many.data[0]).toBe(0);
    expect(unpack(run, many)).toEqual([...events, ...events]);
  });
});
