export { Ample } from './ample.ts';
export type { Behaviour, Footprint, TaskBehaviour } from './behaviour.ts';
export type { Bound, Bounds, Progress } from './bounds.ts';
export { type Cycle, type Drive, type DriveOptions, drive, type Ending } from './drive.ts';
export {
  allReductions,
  type Deadlock,
  type ExploreOptions,
  explore,
  exploring,
  noReduction,
  type Reduction,
  type Report,
  toTheEnd,
} from './explore.ts';
export { type HowOften, howOften } from './how-often.ts';
export { type Found, type Hunt, type HuntOptions, hunt } from './hunt.ts';
export { type Field, Layout, type Memory, PackedMemory } from './layout.ts';
export { type LearnedMove, LearnedMoves, type MakeMove, type TaskMoves } from './learned-moves.ts';
export { type Decision, Lookup } from './lookup.ts';
export {
  type Action,
  actionName,
  actionOf,
  type Emit,
  type Model,
  outcomeOf,
  parseAction,
  taskOf,
} from './model.ts';
export { NotingMemory, type Value } from './noting-memory.ts';
export { LevelWatch, type Outlook } from './outlook.ts';
export { type Answering, answering, shardHere } from './parallel/answering.ts';
export { exploringInShards, type ShardsOptions } from './parallel/exploring-in-shards.ts';
export { movable, type Question, type ShardPort, type ShardTalk } from './parallel/shard-port.ts';
export { isWitness, type Property } from './property.ts';
export { type Observed, type Refinement, refines, refining } from './refines.ts';
export { saying } from './saying.ts';
export { formatSchedule, parseSchedule, type Schedule } from './schedule.ts';
export type { Choice, Moment, Parting, PartingReason, Scheduler } from './scheduler.ts';
export { type AfterParting, type FollowOptions, follow } from './schedulers/follow.ts';
export { type PctOptions, pct, pctBound } from './schedulers/pct.ts';
export { random } from './schedulers/random.ts';
export { roundRobin } from './schedulers/round-robin.ts';
export { type Arrival, carries, deadlocks, type Shows, violates } from './shows.ts';
export { contextSwitches, shrink } from './shrink.ts';
export { type Interchangeable, type Member, type Name, type Permutable, type Reference, Symmetry } from './symmetry.ts';
export type { Waiting } from './waiting.ts';
