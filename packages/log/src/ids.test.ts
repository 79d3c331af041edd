import { describe, expect, it } from 'vitest';
import { DamagedStreamError, StoreError } from './errors.ts';
import { empty, revision, streamId } from './ids.ts';

describe('a stream id', () => {
  it.each(['runs', 'run-3f9c', 'notes-a.b_c:d'])('may be %s', (name) => expect(streamId(name)).toBe(name));

  it.each(['', 'run 1', 'läufe', 'a/b', 'a\n', '\ud800'])('may not be %j', (name) =>
    expect(() => streamId(name)).toThrow(RangeError),
  );
});

describe('a revision', () => {
  it('counts events from 0', () => expect([empty, revision(7)]).toEqual([0, 7]));

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('may not be %d', (value) =>
    expect(() => revision(value)).toThrow(RangeError),
  );
});

describe('a damaged stream', () => {
  it('says which events are lost and that the others are not', () => {
    const error = new DamagedStreamError(streamId('run-1'), revision(1000), revision(2000), 'their checksum differs');
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toBe(
      'Cannot read events 1000 to 2000 of "run-1": their checksum differs; ' +
        'the other events can still be read, restore these from a copy of the store',
    );
  });
});
