export { lineOf } from './line-of.ts';
export { type Replayer, replayer } from './replayer.ts';
export { clamp, matcher, searchFrom } from './search.ts';
