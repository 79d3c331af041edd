import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, lineOf, timesOf } from './line.ts';

const lines = (...texts: string[]) => texts.map((text) => ({ text, at: undefined }));

describe('the cut into segments', () => {
  it('falls after the given number of events', () => {
    const { complete, rest } = cut(lines('a', 'b', 'c', 'd', 'e'), { events: 2, chars: 100 });
    expect(complete).toEqual([lines('a', 'b'), lines('c', 'd')]);
    expect(rest).toEqual(lines('e'));
  });

  it('falls earlier when there is much text', () => {
    const { complete, rest } = cut(lines('aaaa', 'b', 'cc', 'dd', 'e'), { events: 9, chars: 4 });
    expect(complete).toEqual([lines('aaaa'), lines('b', 'cc', 'dd')]);
    expect(rest).toEqual(lines('e'));
  });

  it('is the same however the lines came, and loses none', () => {
    const size = { events: 3, chars: 12 };
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 9 })), fc.nat(20), (texts, at) => {
        const whole = cut(lines(...texts), size);
        const first = cut(lines(...texts.slice(0, at)), size);
        const second = cut([...first.rest, ...lines(...texts.slice(at))], size);
        expect([...first.complete, ...second.complete]).toEqual(whole.complete);
        expect(second.rest).toEqual(whole.rest);
        expect([...whole.complete.flat(), ...whole.rest]).toEqual(lines(...texts));
      }),
    );
  });
});

describe('the time of an event', () => {
  it('is its numeric `at`', () => {
    expect(lineOf({ type: 'T', data: 1, ...{ at: 12 } })).toEqual({ text: '{"type":"T","data":1,"at":12}', at: 12 });
    expect(lineOf({ type: 'T', data: 1, ...{ at: 'noon' } }).at).toBeUndefined();
    expect(lineOf({ type: 'T', data: 1 }).at).toBeUndefined();
  });

  it('gives a segment its least and greatest, whatever the order', () => {
    const at = (...times: (number | undefined)[]) => timesOf(times.map((time) => ({ text: '', at: time })));
    expect(at(7, undefined, 3, 9)).toEqual({ earliest: 3, latest: 9 });
    expect(at(undefined)).toEqual({ earliest: null, latest: null });
  });
});
