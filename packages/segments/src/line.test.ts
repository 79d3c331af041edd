import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, lineOf, timesOf } from './line.ts';

const items = (...sizes: number[]) => sizes.map((size, index) => ({ size, index }));

describe('the cut into segments', () => {
  it('falls after the given number of events', () => {
    const five = items(1, 1, 1, 1, 1);
    const { complete, rest } = cut(five, { events: 2, chars: 100 });
    expect(complete).toEqual([five.slice(0, 2), five.slice(2, 4)]);
    expect(rest).toEqual(five.slice(4));
  });

  it('falls earlier when there is much text', () => {
    const five = items(4, 1, 2, 2, 1);
    const { complete, rest } = cut(five, { events: 9, chars: 4 });
    expect(complete).toEqual([five.slice(0, 1), five.slice(1, 4)]);
    expect(rest).toEqual(five.slice(4));
  });

  it('is the same however the lines came, and loses none', () => {
    const size = { events: 3, chars: 12 };
    fc.assert(
      fc.property(fc.array(fc.nat(9)), fc.nat(20), (sizes, at) => {
        const all = items(...sizes);
        const whole = cut(all, size);
        const first = cut(all.slice(0, at), size);
        const second = cut([...first.rest, ...all.slice(at)], size);
        expect([...first.complete, ...second.complete]).toEqual(whole.complete);
        expect(second.rest).toEqual(whole.rest);
        expect([...whole.complete.flat(), ...whole.rest]).toEqual(all);
      }),
    );
  });
});

describe('a line', () => {
  it('is a copy: changing the event afterwards changes nothing', () => {
    const event = { type: 'T', data: { list: [1], inner: { step: 1 } } };
    const line = lineOf(event);
    event.data.list.push(2);
    event.data.inner.step = 2;
    expect(line.text).toBe('{"type":"T","data":{"list":[1],"inner":{"step":1}}}');
  });

  it('refuses what JSON cannot say', () => {
    const cycle: { type: string; data: unknown } = { type: 'T', data: null };
    cycle.data = { inner: cycle };
    expect(() => lineOf(cycle)).toThrow(TypeError);
    expect(() => lineOf({ type: 'T', data: { inner: [cycle] } })).toThrow(TypeError);
    expect(() => lineOf({ type: 'T', data: 1n })).toThrow(TypeError);
    expect(() => lineOf({ type: 'T', data: [{ deep: 1n }] })).toThrow(TypeError);
    expect(() => lineOf(undefined as never)).toThrow(new TypeError('Cannot store undefined as JSON cannot say it'));
  });
});

describe('the time of an event', () => {
  it('is its numeric `at`', () => {
    expect(lineOf({ type: 'T', data: 1, ...{ at: 12 } })).toMatchObject({
      text: '{"type":"T","data":1,"at":12}',
      at: 12,
    });
    expect(lineOf({ type: 'T', data: 1, ...{ at: 'noon' } }).at).toBeUndefined();
    expect(lineOf({ type: 'T', data: 1 }).at).toBeUndefined();
  });

  it('gives a segment its least and greatest, whatever the order', () => {
    const at = (...times: (number | undefined)[]) => timesOf(times.map((time) => ({ at: time })));
    expect(at(7, undefined, 3, 9)).toEqual({ earliest: 3, latest: 9 });
    expect(at(undefined)).toEqual({ earliest: null, latest: null });
  });
});
