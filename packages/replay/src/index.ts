export { type GrowingTimeline, growingTimeline } from './growing-timeline.ts';
export { lineOf } from './line-of.ts';
export { pagedTimeline } from './paged-timeline.ts';
export { type Replayer, replayer } from './replayer.ts';
export { isTrouble, type Kind, type RunIndex, runIndex } from './run-index.ts';
export { clamp, matcher, searchFrom } from './search.ts';
