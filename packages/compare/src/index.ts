export {
  type Both,
  type CompareOptions,
  type Comparison,
  compareRuns,
  type Hunk,
  type Parted,
  type RunSide,
  type Same,
  type Stretch,
} from './compare-runs.ts';
export { compareWorlds, type Leaf, type TaskNames, type WorldDifference } from './compare-worlds.ts';
export { uncompared } from './event-key.ts';
export type { Outcome, ResultDifference } from './results.ts';
