import { noReduction, type Reduction, type ShardPort } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { exploreVariant, exploringVariantInShards, shardOfVariant, type VariantReport } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { scale } from './scenario.ts';

const symmetry: Reduction = { symmetry: true, ample: false };

/** Without the schedules, of which there are several that are as short. */
const essenceOf = (report: VariantReport): object => ({
  ...report,
  deadlock: report.deadlock?.steps,
  properties: report.properties.map(({ id, verdict, steps }) => [id, verdict, steps]),
  cases: Object.entries(report.cases).map(([id, { reached, holds }]) => [id, reached, holds]),
  unlisted: report.unlisted.map(({ says }) => says).sort(),
});

const pairs = [
  ['linux-6.1', 'case-4a-i'],
  ['linux-6.1', 'probe-fails-late'],
  ['linux-6.1', 'case-4b'],
  ['robin-mail', 'case-4a-i'],
  ['robin-mail', 'fail-before-claim'],
  ['robin-mail', 'refused-bind'],
  ['robin-mail', 'bind-into-live-group'],
  ['vfio-viability', 'bind-into-live-group'],
  ['vfio-viability', 'case-4a-i'],
  ['notifier-claim', 'case-1a'],
  ['notifier-claim', 'bind-into-live-group'],
  ['notifier-claim', 'case-4a-i'],
] as const;

describe('a variant explored in shards', () => {
  it.each(pairs)('%s in %s is judged as it is alone', async (variantId, scenarioId) => {
    const story = scale(scenario(scenarioId), {});
    for (const reduction of [noReduction, symmetry]) {
      for (const count of [1, 2, 3]) {
        const ports = Array.from({ length: count }, (): ShardPort => {
          const answer = shardOfVariant(variant(variantId), story);
          return async (question, asked) => answer(question, asked);
        });
        const search = exploringVariantInShards(variant(variantId), story, ports, { reduction, turn: 50 });
        let step = await search.next();
        while (step.done !== true) step = await search.next();
        expect(essenceOf(step.value)).toEqual(essenceOf(exploreVariant(variant(variantId), story, { reduction })));
      }
    }
  });
});
