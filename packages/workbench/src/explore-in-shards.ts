import type { Answering, Progress, ShardPort } from '@custody/explore';
import { exploringVariantInShards, type ShardsBounds, shardOfVariant, type VariantReport } from '@custody/ownership';
import { type ExperimentRequest, experimentOf } from './experiment.ts';

/** What a shard of `exploringScenarioInShards` answers; it must be asked for by the same request. */
export const shardOfScenario = (request: ExperimentRequest): Answering => {
  const { variant, scenario, stores } = experimentOf(request);
  return shardOfVariant(variant, scenario, stores);
};

export type ShardsSearchBounds = Pick<ShardsBounds, 'maxStates' | 'maxBytes' | 'deadline' | 'reduction'>;

/** As `exploringScenario`, by the shards at `ports`, which may be in other threads; without ample sets. */
export const exploringScenarioInShards = (
  request: ExperimentRequest,
  ports: readonly ShardPort[],
  bounds: ShardsSearchBounds = {},
): AsyncGenerator<Progress, VariantReport> => {
  const { variant, scenario, stores } = experimentOf(request);
  return exploringVariantInShards(variant, scenario, ports, { ...bounds, stores });
};
