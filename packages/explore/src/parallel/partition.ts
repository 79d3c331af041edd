import type { GlobalId } from './shard-port.ts';

/** Which of so many shards a state is in, by the hash's upper half: the tables use the lower bits for their slots. */
export const shardOf = (hash: number, shards: number): number => ((hash >>> 16) * shards) >>> 16;

/** The most shards that a hash can tell apart. */
export const mostShards = 1 << 16;

/** Ids are numbered across shards in 31 bits, so that is how many states there can be. */
export const mostStates = 2 ** 31;

export const globalOf = (id: number, shard: number, shards: number): GlobalId => id * shards + shard;
export const shardOfGlobal = (global: GlobalId, shards: number): number => global % shards;
export const idOfGlobal = (global: GlobalId, shards: number): number => Math.floor(global / shards);
