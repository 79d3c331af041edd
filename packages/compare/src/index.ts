export { type Alignment, align } from './align.ts';
export {
  type Both,
  type CompareOptions,
  type Comparison,
  compareRuns,
  type Equivalent,
  type Hunk,
  type Pair,
  type Parted,
  type RunSide,
  type Same,
  type Stretch,
} from './compare-runs.ts';
export { compareWorlds, type Leaf, type TaskNames, type WorldDifference } from './compare-worlds.ts';
export { compareEpisodes, type Episode, type EpisodeKind, episodesOf, type Tally } from './episodes.ts';
export { uncompared } from './event-key.ts';
export { type Holder, type OwnershipParting, ownershipParting } from './ownership-parting.ts';
export type { Outcome, ResultDifference } from './results.ts';
export { touchedBy } from './touched.ts';
