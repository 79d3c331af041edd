import { crc32 } from 'node:zlib';
import { DamagedStreamError, type LogEvent, streamId } from '@custody/log';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from './columns.ts';
import { pack } from './pack.ts';
import { segment, unpack } from './segment.ts';
import { unpackEvents } from './unpack.ts';

const run = streamId('run-1');

const packedAndBack = (events: readonly unknown[], compressed = false): unknown[] =>
  unpack(run, segment(run, 0, columnsOf(events as LogEvent[]), new Uint8Array(), { compressed }));

/** What JSON makes of it. The texts are compared beside the values, as they tell the order of keys. */
const expectAsJson = (events: readonly unknown[]): void => {
  const back = packedAndBack(events);
  expect(back.map((event) => JSON.stringify(event))).toEqual(events.map((event) => JSON.stringify(event)));
  expect(back).toStrictEqual(events.map((event) => JSON.parse(JSON.stringify(event))));
};

const step = (data: unknown, more = {}) => ({ type: 'StepTaken', data, ...more });

/** Facts as recordings have them: some shapes that come again and again, times that grow, gaps. */
const fact = fc
  .tuple(fc.nat(5), fc.nat(9_000), fc.constantFrom('530', '531', 'T0'), fc.option(fc.constantFrom('OK', 'EBUSY')))
  .map(([kind, at, task, errno]) => {
    const stamp = { task, at: 8100_000_000 + at, cpu: at & 1, line: 12 + at };
    switch (kind) {
      case 0:
        return { type: 'LockAcquired', data: { lock: 'group:6', inferred: true }, ...stamp };
      case 1:
        return { type: 'OwnerSet', data: { group: '6', owner: errno, count: at % 3 }, ...stamp, comm: 'bash' };
      case 2:
        return { type: 'EventsLost', data: { count: errno === null ? null : at }, ...stamp };
      case 3:
        return { type: 'LineKept', data: { name: 'sched', text: `pid=${at} zażółć` }, ...stamp };
      default:
        return { type: 'LockReleased', data: { lock: `group:${kind}` }, ...stamp };
    }
  });

/** What is no JSON, and what JSON makes something else of. */
const oddity = fc.constantFrom<unknown>(
  undefined,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  -0,
  () => 1,
  Symbol('s'),
  new Date(0),
  Object(7),
  new Map([[1, 2]]),
  { toJSON: (key: string) => `called with ${key}` },
  [{ toJSON: (key: string) => `called with ${key}` }, undefined],
  JSON.parse('{"__proto__":{"polluted":true}}'),
  Object.assign(Object.create(null), { bare: 1 }),
  Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`key${index}`, index % 3 === 0 ? undefined : index])),
  Number.MAX_SAFE_INTEGER,
  -Number.MAX_SAFE_INTEGER,
  5e-324,
  1e300,
  'half a pair \ud800',
  '\u0000\u2028"\\',
);
const anything = fc.oneof(
  fc.jsonValue(),
  oddity,
  fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(oddity, fc.jsonValue()), { maxKeys: 5 }),
);
const event = fc.oneof(
  fact,
  fc.record({ type: fc.string(), data: anything }),
  fc.record({ type: fc.string(), data: anything, at: fc.oneof(fc.double(), fc.maxSafeInteger()), more: anything }),
);

describe('packing', () => {
  it('gives back what JSON gives back, whatever the events', () => {
    fc.assert(fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), expectAsJson));
  });

  it('gives back the same of a shape that is met often, when building it has been compiled', () => {
    fc.assert(
      fc.property(event, fc.array(fact, { minLength: 1, maxLength: 30 }), (one, facts) =>
        expectAsJson([...facts, ...new Array(100).fill(one), ...facts]),
      ),
      { numRuns: 30 },
    );
  });

  it('gives back any part of it', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), fc.nat(30), fc.nat(30), (events, from, to) => {
        const bytes = pack(columnsOf(events as LogEvent[]));
        const expected = events.map((each) => JSON.parse(JSON.stringify(each))).slice(from, to);
        expect(unpackEvents(bytes, events.length, Math.min(from, events.length), to)).toStrictEqual(expected);
      }),
    );
  });

  it('takes equal events for equally large, however they came to be', () => {
    fc.assert(
      fc.property(event, (one) => {
        const back = JSON.parse(JSON.stringify(one)) as LogEvent;
        expect(columnsOf([one as LogEvent]).chars).toBe(columnsOf([back]).chars);
        // Once its shape has been met often, it is taken without a walk.
        const often = columnsOf(new Array(100).fill(back));
        expect(often.chars).toBe(100 * columnsOf([back]).chars);
      }),
    );
  });

  it.each([
    ['nothing at all', [{}]],
    ['no events', []],
    ['an event that is a list', [[1, { a: 2 }]]],
    ['an event that says what it is', [{ toJSON: () => ({ type: 'T', data: 1 }) }]],
    ['depth', [step(JSON.parse(`${'[{"a":'.repeat(1000)}1${'}]'.repeat(1000)}`)), step({ a: { b: { c: {} } } })]],
    ['deep objects', [step(JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`))]],
    ['a long text', [step('x'.repeat(300_000)), step('ż'.repeat(100_000))]],
    ['many keys', [step(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`${index} k`, index])))]],
    ['keys like numbers', [step({ b: 1, 2: 2, 1: 3 })]],
    ['a key that is a prototype elsewhere', [JSON.parse('{"type":"T","__proto__":1,"data":{"__proto__":{}}}')]],
    ['numbers far apart', [1, -(2 ** 52), 2 ** 53 - 1, 0.5, -1e300].map((at) => step(1, { at }))],
    ['whole numbers as far apart as can be', [-(2 ** 53) + 1, 2 ** 53 - 1, 0, 7].map((at) => step(1, { at }))],
    ['numbers that shrink', Array.from({ length: 9 }, (_, at) => step(-at * 300, { at: 7e10 - at * at * 5000 }))],
    ['300 different texts', Array.from({ length: 300 }, (_, index) => step(`text ${index}`))],
    ['300 different shapes', Array.from({ length: 300 }, (_, index) => step({ [`key ${index}`]: index }))],
  ])('gives back %s', (_, events) => {
    expectAsJson(events);
    expect(packedAndBack(events, true)).toStrictEqual(packedAndBack(events));
  });

  it('goes on after more shapes than are remembered', () => {
    const events = Array.from({ length: 8000 }, (_, index) => step({ [`key ${index}`]: index }));
    expect(packedAndBack(events)).toEqual(events);
  });

  it('asks an Object.prototype with a toJSON as JSON does', () => {
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'all the same', configurable: true });
    try {
      expect(packedAndBack([step(1)])).toEqual(['all the same']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON');
    }
  });

  it('takes less than a quarter of the text', () => {
    const facts = fc.sample(fact, { numRuns: 1000, seed: 1 });
    expect(pack(columnsOf(facts)).length).toBeLessThan(JSON.stringify(facts).length / 4);
  });
});

describe('bytes that nobody packed', () => {
  const facts = fc.sample(fact, { numRuns: 60, seed: 2 }).concat([step([1]) as never]);
  const sound = segment(run, 0, columnsOf(facts), new Uint8Array());
  const withData = (data: Uint8Array) => ({ ...sound, data, crc32: crc32(data) });

  /** Other events, or the one error that says so. */
  const expectNoCrash = (data: Uint8Array): void => {
    try {
      expect(unpack(run, withData(data))).toHaveLength(sound.count);
    } catch (error) {
      expect(error).toBeInstanceOf(DamagedStreamError);
    }
  };

  it('are damage, or events, and never a crash', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(sound.data.length - 1), fc.nat(255)), { minLength: 1 }), (changes) => {
        const data = Uint8Array.from(sound.data);
        for (const [at, byte] of changes) data[at] = byte;
        expectNoCrash(data);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (data) => expectNoCrash(Uint8Array.of(0, ...data))));
  });

  it('are damage wherever they end too early or too late', () => {
    for (let length = 0; length < sound.data.length; length += 1) {
      expect(() => unpack(run, withData(sound.data.subarray(0, length)))).toThrow(DamagedStreamError);
    }
    expect(() => unpack(run, withData(Uint8Array.of(...sound.data, 0)))).toThrow(/\(1 bytes are too many\)/);
  });

  it('are damage when they are of another number of events', () => {
    for (const count of [0, sound.count - 1, sound.count + 1, 2 ** 40]) {
      expect(() => unpack(run, { ...sound, count })).toThrow(DamagedStreamError);
    }
  });
});
