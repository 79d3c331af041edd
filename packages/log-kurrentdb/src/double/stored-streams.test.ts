import { describe, expect, it } from 'vitest';
import { storedStreams } from './stored-streams.testing.ts';

const event = (id: string) => ({ id, type: 'T', contentType: 'x', data: new Uint8Array(), metadata: new Uint8Array() });
const events = (...ids: readonly string[]) => ids.map(event);
const idsIn = (streams: ReturnType<typeof storedStreams>) => streams.visible('s').map(({ id }) => id);

describe('the double', () => {
  it('takes an append at the revision of the last event, and no other', () => {
    const streams = storedStreams();
    expect(streams.append('s', 'no-stream', events('a', 'b'))).toMatchObject({ kind: 'done', revision: 1 });
    expect(streams.append('s', 1, events('c'))).toMatchObject({ kind: 'done', revision: 2 });
    expect(streams.append('s', 1, events('d'))).toEqual({ kind: 'wrong-version', expected: 1, current: 2 });
    expect(streams.append('s', 'no-stream', events('d'))).toMatchObject({ kind: 'wrong-version', current: 2 });
    expect(streams.append('s', 7, events('d'))).toMatchObject({ kind: 'wrong-version', current: 2 });
    expect(idsIn(streams)).toEqual(['a', 'b', 'c']);
  });

  it('takes the same ids at the same revision for a repetition, also when others came after them', () => {
    const streams = storedStreams();
    streams.append('s', 'no-stream', events('a', 'b'));
    streams.append('s', 1, events('c'));
    expect(streams.append('s', 'no-stream', events('a', 'b'))).toMatchObject({ kind: 'done', revision: 1 });
    expect(streams.append('s', 'no-stream', events('a', 'x'))).toMatchObject({ kind: 'wrong-version' });
    expect(idsIn(streams)).toEqual(['a', 'b', 'c']);
  });

  it('counts on behind what was deleted, for those who expect no stream and for those who expect the last event', () => {
    for (const expected of ['no-stream', 1] as const) {
      const streams = storedStreams();
      streams.append('s', 'no-stream', events('a', 'b'));
      streams.delete('s', 1);
      expect(idsIn(streams)).toEqual([]);
      expect(streams.append('s', expected, events('c'))).toMatchObject({ kind: 'done', revision: 2 });
      expect(idsIn(streams)).toEqual(['c']);
    }
  });

  it('does not know a repetition again behind what was deleted', () => {
    const streams = storedStreams();
    streams.append('s', 'no-stream', events('a'));
    streams.delete('s', 'any');
    streams.append('s', 'no-stream', events('b'));
    expect(streams.append('s', 'no-stream', events('b'))).toMatchObject({ kind: 'wrong-version', current: 1 });
  });

  it('hides what lies before $tb, and keeps a tombstoned stream shut', () => {
    const streams = storedStreams();
    streams.append('s', 'no-stream', events('a', 'b'));
    streams.append('$$s', 'any', [{ ...event('m'), data: Buffer.from('{"$tb":1}') }]);
    expect(idsIn(streams)).toEqual(['b']);
    streams.tombstone('s', 'any');
    expect(streams.append('s', 'any', events('c'))).toEqual({ kind: 'tombstoned' });
  });
});
