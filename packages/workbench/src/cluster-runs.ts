import type { EpisodeKind } from '@custody/compare';
import type { RunDiff } from './compare.ts';

/** Runs that differ from the base in the same way. */
export interface RunCluster {
  /** `same`, `equivalent`, or the results that only one side had: `claim of a quiet group: only EBUSY`. */
  readonly differs: readonly string[];
  /** Numbers of the runs, from 0 on, in the order in which they were given. */
  readonly runs: readonly number[];
}

/** How a kind of episode differs, without how often: that is chance. */
const wordsFor = ({ kind, results }: EpisodeKind): readonly string[] =>
  results.flatMap(({ result, left, right }) => {
    if (result === 'no end' || (left === null) === (right === null)) return [];
    return [`${kind}: ${result} ${left === null ? 'only there' : 'only in the base'}`];
  });

const differencesIn = ({ comparison, episodes }: RunDiff): readonly string[] => {
  if (comparison.kind !== 'parted') return [comparison.kind];
  const words = (episodes ?? []).flatMap(wordsFor);
  return words.length > 0 ? words : ['parted, with no episode that ended in another way'];
};

/**
 * Runs by how they differ from one: the largest cluster first.
 *
 * @param diffs - each run against the base, the base on the left.
 */
export const clusterRuns = (diffs: readonly RunDiff[]): readonly RunCluster[] => {
  const clusters = new Map<string, { readonly differs: readonly string[]; readonly runs: number[] }>();
  for (const [number, diff] of diffs.entries()) {
    const differs = differencesIn(diff);
    const key = differs.join('\n');
    const cluster = clusters.get(key) ?? { differs, runs: [] };
    cluster.runs.push(number);
    clusters.set(key, cluster);
  }
  return [...clusters.values()].sort((one, other) => other.runs.length - one.runs.length);
};
