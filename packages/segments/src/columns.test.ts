import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cut, textOf } from './columns.ts';
import { pack } from './pack.ts';
import { unpackEvents } from './unpack.ts';

const eventsIn = (columns: ReturnType<typeof columnsOf>) =>
  unpackEvents(pack(columns), columns.count, 0, columns.count);

/** Events with so many characters each in a text of theirs. */
const texts = (...sizes: number[]) => sizes.map((size) => ({ type: 'T', data: 'x'.repeat(size) }));
/** What one with an empty text counts. */
const bare = columnsOf(texts(0)).chars;

/** How many events each part has, and whether it is full. */
const partsOf = (parts: Iterable<ReturnType<typeof columnsOf>>) =>
  Array.from(parts, ({ count, isFull }) => (isFull ? count : -count));

describe('the cut into segments', () => {
  it('falls after the given number of events', () => {
    expect(partsOf(cut(texts(1, 1, 1, 1, 1), { events: 2, chars: 1000 }))).toEqual([2, 2, -1]);
    expect(partsOf(cut(texts(1, 1), { events: 2, chars: 1000 }))).toEqual([2]);
    expect(partsOf(cut([], { events: 2, chars: 1000 }))).toEqual([]);
  });

  it('falls earlier when there is much text', () => {
    expect(partsOf(cut(texts(90, 1, 50, 49, 1), { events: 9, chars: 2 * bare + 90 }))).toEqual([2, 2, -1]);
  });

  it('is the same however the events came, and loses none', () => {
    const size = { events: 3, chars: 2 * bare + 12 };
    fc.assert(
      fc.property(fc.array(fc.nat(9)), fc.nat(20), (sizes, at) => {
        const all = texts(...sizes).map((event, number) => ({ ...event, number }));
        const whole = [...cut(all, size)].map(eventsIn);
        const first = [...cut(all.slice(0, at), size)];
        const begun = first.at(-1)?.isFull === false ? first.pop() : undefined;
        const second = [...cut(all.slice(at), size, begun)];
        expect([...first, ...second].map(eventsIn)).toEqual(whole);
        expect(whole.flat()).toEqual(all);
      }),
    );
  });
});

describe('columns', () => {
  it('hold copies: changing the event afterwards changes nothing', () => {
    const event = { type: 'T', data: { list: [1], inner: { step: 1 } } };
    const columns = columnsOf([event]);
    event.data.list.push(2);
    event.data.inner.step = 2;
    expect(eventsIn(columns)).toEqual([{ type: 'T', data: { list: [1], inner: { step: 1 } } }]);
  });

  it('refuse what JSON cannot say', () => {
    const cycle: { type: string; data: unknown } = { type: 'T', data: null };
    cycle.data = { inner: cycle };
    for (const taken of [(event: unknown) => columnsOf([event as never]), textOf]) {
      expect(() => taken(cycle)).toThrow(TypeError);
      expect(() => taken({ type: 'T', data: { inner: [cycle] } })).toThrow(TypeError);
      expect(() => taken({ type: 'T', data: 1n })).toThrow(TypeError);
      expect(() => taken({ type: 'T', data: [{ deep: 1n }] })).toThrow(TypeError);
      expect(() => taken(undefined)).toThrow(new TypeError('Cannot store undefined as JSON cannot say it'));
    }
  });

  it('refuse one event and keep the others', () => {
    const columns = columnsOf(texts(1));
    expect(() => columns.add({ type: 'T', data: { before: 'said', after: [1n] } })).toThrow(TypeError);
    columns.add({ type: 'T', data: 'y' });
    expect(eventsIn(columns)).toEqual([...texts(1), { type: 'T', data: 'y' }]);
    expect(columns.chars).toBe(columnsOf(texts(1, 1)).chars);
  });

  it('count the events of each type', () => {
    const events = [{ type: 'A', data: 1 }, ...texts(1, 2), { type: 'A', data: [1, { toJSON: () => 2 }] }];
    expect(columnsOf(events).types).toEqual({ A: 2, T: 2 });
  });

  it('have the least and greatest numeric `at`, whatever the order', () => {
    const timed = (...times: unknown[]) => columnsOf(times.map((at) => ({ type: 'T', data: 1, at }))).times;
    expect(timed(7, undefined, 3, 9)).toEqual({ earliest: 3, latest: 9 });
    expect(timed(undefined, 'noon')).toEqual({ earliest: null, latest: null });
    expect(timed(...new Array(100).fill(4), -2)).toEqual({ earliest: -2, latest: 4 });
  });
});
