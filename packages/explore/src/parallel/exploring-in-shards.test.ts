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

const here = async (
  make: () => Model,
  shards: number,
  options: ShardsOptions = {},
  properties: readonly Property[] = [],
): Promise<Report> => {
  const ports = Array.from({ length: shards }, () => shardHere(make(), properties));
  const search = exploringInShards(make(), ports, options);
  for (;;) {
    const step = await search.next();
    if (step.done === true) return step.value;
    options.onProgress?.(step.value);
  }
};
const lengths = (ways: Report['marks']): object =>
  Object.fromEntries([...ways].map(([name, way]) => [name, way.length]));
const essence = ({ bytesPerState: _, deadlock, witnesses, marks, ...counts }: Report): object => ({
  ...counts,
  deadlock: deadlock?.schedule.length,
  witnesses: lengths(witnesses),
  marks: lengths(marks),
});

const variants = ['R0', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6'] as const;
const sizes = [
  { devices: 2, claimers: 1 },
  { devices: 2, claimers: 1, unbinders: 1, managed: 0b10, early: true },
];
const cases = variants.flatMap((variant) =>
  sizes.flatMap((size) => [1, 2, 3].map((shards) => [variant, size, shards] as const)),
);

describe('a search in shards', () => {
  it.each(cases)('finds of %s at %j in %d shards what a search alone finds', async (variant, size, shards) => {
    for (const symmetry of [false, true]) {
      const make = (): Model => referenceModel(variant, size);
      const report = await here(make, shards, { symmetry, turn: 100 });
      expect(essence(report)).toEqual(essence(explore(make(), [], { reduction: { symmetry } })));
    }
  });
});
