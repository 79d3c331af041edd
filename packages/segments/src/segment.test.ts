import { createHash } from 'node:crypto';
import { streamId } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { lineOf } from './line.ts';
import { segment, unpack } from './segment.ts';

const run = streamId('run-1');
const events = Array.from({ length: 10 }, (_, step) => ({ type: 'StepTaken', data: { step }, at: 100 + step }));
const sealed = segment(run, 20, events.map(lineOf), Buffer.from('before'));

describe('a segment', () => {
  it('gives its events back, all or from one position to another', () => {
    expect(unpack(run, sealed)).toEqual(events);
    expect(unpack(run, sealed, 23, 25)).toEqual(events.slice(3, 5));
    expect(unpack(run, sealed, 0, 22)).toEqual(events.slice(0, 2));
  });

  it('says where it begins, how many it holds, and when they were', () => {
    expect(sealed).toMatchObject({ first: 20, count: 10, codec: 'ndjson+deflate', earliest: 100, latest: 109 });
  });

  it('chains on the one before it, its header and its data', () => {
    const header = '["run-1",20,10,100,109,"ndjson+deflate"]';
    const expected = createHash('sha256').update('before').update(header).update(sealed.data).digest('hex');
    expect(Buffer.from(sealed.chain).toString('hex')).toBe(expected);
  });
});
