import { describe, expect, it } from 'vitest';
import { counter } from '../counter.testing.ts';
import { explore } from '../explore.ts';
import { grid } from '../grid.testing.ts';
import type { Model } from '../model.ts';
import type { Property } from '../property.ts';
import { referenceModel } from '../reference-model.testing.ts';
import type { Report } from '../report.ts';
import { shardHere } from './answering.ts';
import { exploringInShards, type ShardsOptions } from './exploring-in-shards.ts';
import { essenceOf, toItsEnd } from './in-shards.testing.ts';
import type { ShardPort } from './shard-port.ts';

const here = (
  make: () => Model,
  shards: number,
  options: ShardsOptions = {},
  properties: readonly Property[] = [],
): Promise<Report> => {
  const ports = Array.from({ length: shards }, () => shardHere(make(), properties));
  return toItsEnd(exploringInShards(make(), ports, options), options.onProgress);
};

const variants = ['R0', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6'] as const;
const sizes = [
  { devices: 2, claimers: 1 },
  { devices: 2, claimers: 1, unbinders: 1, managed: 0b10, early: true },
];
const cases = variants.flatMap((variant) =>
  sizes.flatMap((size) => [1, 2, 3].map((shards) => [variant, size, shards] as const)),
);
const r0 = (): Model => referenceModel('R0', { devices: 2, claimers: 1 });
const r1 = (): Model => referenceModel('R1', { devices: 2, claimers: 1 });

describe('a search in shards', () => {
  it.each(cases)('finds of %s at %j in %d shards what a search alone finds', async (variant, size, shards) => {
    for (const symmetry of [false, true]) {
      const make = (): Model => referenceModel(variant, size);
      const report = await here(make, shards, { symmetry, turn: 100 });
      expect(essenceOf(report)).toEqual(essenceOf(explore(make(), [], { reduction: { symmetry } })));
    }
  });

  it('tells the same schedules, whoever answers first, and whatever each turn is long', async () => {
    const late = (port: ShardPort, everyOther: number): ShardPort => {
      let asked = 0;
      return async (question, about) => {
        asked += 1;
        const said = await port(question, about);
        for (let wait = 0; asked % 2 === everyOther && wait < 50; wait += 1) await null;
        return said;
      };
    };
    const told = async (everyOther: number): Promise<Report> => {
      const ports = [0, 1].map((shard) => late(shardHere(r1(), []), (everyOther + shard) % 2));
      return toItsEnd(exploringInShards(r1(), ports, { turn: 7 }));
    };
    expect(await told(0)).toEqual(await told(1));
    expect([...(await here(r1, 3, { turn: 1 })).marks.values()].map(({ length }) => length)).toEqual([33]);
  });

  it('looks at the initial state, and at states whose parents are elsewhere', async () => {
    const properties: readonly Property[] = [
      { kind: 'always', name: 'never', holds: () => false },
      { kind: 'sometimes', name: 'far', holds: (states, at) => states[at] === 20 && states[at + 2] === 20 },
    ];
    const { witnesses } = await here(() => grid(3, 20), 2, {}, properties);
    expect([...witnesses].map(([name, { length }]) => [name, length])).toEqual([
      ['never', 0],
      ['far', 40],
    ]);
  });

  it('tells of each state in which all tasks have finished', async () => {
    const done: (readonly number[])[] = [];
    await here(counter, 3, { onDone: (states, at) => done.push([...states.slice(at, at + 2)]) });
    expect(done.sort()).toEqual([
      [2, 10],
      [2, 2],
    ]);
  });

  it('is complete at exactly as many states as there are, and not one below', async () => {
    expect(await here(counter, 2, { maxStates: 12 })).toMatchObject({ states: 12, complete: true });
    expect(await here(counter, 2, { maxStates: 11 })).toMatchObject({ complete: false, bound: 'states' });
  });

  it('stops all shards where one of them has no memory left', async () => {
    const report = await here(() => grid(4, 20), 3, { maxBytes: 600_000, turn: 500 });
    expect(report).toMatchObject({ complete: false, bound: 'memory' });
    expect(report.states).toBeLessThan(21 ** 4);
    expect(report.bytesPerState * report.states).toBeLessThan(700_000);
  });

  it('stops when it is told, and says what it has found so far', async () => {
    const progress: number[] = [];
    const report = await here(
      r1,
      2,
      { deadline: () => progress.length >= 150, onProgress: ({ states }) => progress.push(states), turn: 10 },
      [{ kind: 'sometimes', name: 'begun', holds: () => true }],
    );
    expect(report).toMatchObject({ complete: false, bound: 'deadline' });
    expect(report.states).toBeLessThan(2600);
    expect(report.witnesses.get('begun')).toEqual([]);
    expect(progress.at(-1)).toBeLessThanOrEqual(report.states);
  });

  it('ends with what a shard throws', async () => {
    let asked = 0;
    const failing: Model = {
      ...r0(),
      successors: (...words) => {
        asked += 1;
        if (asked > 300) throw new Error('Cannot think any more');
        r0().successors(...words);
      },
    };
    const ports = [shardHere(r0(), []), shardHere(failing, [])];
    await expect(toItsEnd(exploringInShards(r0(), ports))).rejects.toThrow('Cannot think any more');
  });

  it('refuses to look at no states at a time, and no shards', async () => {
    await expect(here(counter, 2, { turn: 0 })).rejects.toThrow(RangeError);
    await expect(here(counter, 0)).rejects.toThrow(RangeError);
    await expect(here(counter, 1, { maxStates: 0 })).rejects.toThrow(RangeError);
  });
});
