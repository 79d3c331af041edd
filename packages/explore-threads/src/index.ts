export { serveShard } from './serve-shard.ts';
export { ThreadError } from './thread-error.ts';
export { openThreads, type Threads } from './threads.ts';
