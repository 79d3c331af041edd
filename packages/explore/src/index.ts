export type { Bounds } from './bounds.ts';
export { type Cycle, type Drive, type DriveOptions, drive, type Ending } from './drive.ts';
export { type Deadlock, type ExploreOptions, explore, type Report } from './explore.ts';
export { type HowOften, howOften } from './how-often.ts';
export {
  type Action,
  actionName,
  actionOf,
  type Emit,
  type Model,
  outcomeOf,
  type Permutable,
  parseAction,
  taskOf,
} from './model.ts';
export type { Property } from './property.ts';
export { formatSchedule, parseSchedule, type Schedule } from './schedule.ts';
export type { Choice, Moment, Parting, PartingReason, Scheduler } from './scheduler.ts';
export { follow } from './schedulers/follow.ts';
export { random } from './schedulers/random.ts';
export { roundRobin } from './schedulers/round-robin.ts';
export type { Waiting } from './waiting.ts';
