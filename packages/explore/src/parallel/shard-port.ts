import type { Action } from '../model.ts';
import type { Way } from '../ways.ts';

/**
 * A state of any shard: the state's number in its shard times the number of shards, plus the shard's. It fits in 31 bits.
 */
export type GlobalId = number;

/** What a shard must know to begin. */
export interface Opening {
  /** Which of them it is, from 0, and how many there are. */
  readonly shard: number;
  readonly shards: number;
  /** The most states that it may know, and bytes that its tables may take. */
  readonly maxStates: number;
  readonly maxBytes: number;
  /** How many states it will know, more or less; 0 when nobody knows. */
  readonly expectedStates: number;
  /** Whether to look at one state in place of those that are alike. */
  readonly symmetry: boolean;
  /** Whether to hand over the states in which all tasks have finished. */
  readonly tellsDone: boolean;
}

/** What a shard is to do next, in this order. */
export interface Turn {
  /** States from other shards that are this one's; see `Outbox`. */
  readonly arrivals: readonly Int32Array[];
  /** Every state of the next level has arrived: on to it. */
  readonly opens: boolean;
  /** The most states to look at. */
  readonly most: number;
}

/** Where a shard stands, and what it gives away. */
export interface Standing {
  readonly states: number;
  readonly transitions: number;
  /** States of the level, those of them that have not been looked at, and those met of the next level. */
  readonly level: number;
  readonly left: number;
  readonly beyond: number;
  /** Why it can remember no more; null as long as it can. */
  readonly full: 'states' | 'memory' | null;
  /** By shard: the states found that are that one's; null where there are none. */
  readonly departures: readonly (Int32Array | null)[];
  /** The rows, one after the other, of states in which all tasks have finished. */
  readonly done: Int32Array;
}

/** A way to what was found first in one shard: to its own number of a state so many steps away. */
export interface Finding extends Way {
  readonly name: string;
  readonly depth: number;
}

export interface Findings {
  readonly witnesses: readonly Finding[];
  readonly marks: readonly Finding[];
  readonly deadlock: Finding | null;
  readonly markCount: number;
  readonly standstills: number;
  /** The most that its tables took at one time. */
  readonly bytes: number;
}

/** How states were first met: the state before, below 0 for the initial state, and the action that led from there. */
export interface Origins {
  readonly parents: readonly GlobalId[];
  readonly actions: readonly Action[];
}

/** All that can be asked of a shard, and what it says. */
export interface ShardTalk {
  open: { readonly asked: Opening; readonly said: Standing };
  turn: { readonly asked: Turn; readonly said: Standing };
  findings: { readonly asked: null; readonly said: Findings };
  /** The shard's own numbers of states. */
  origins: { readonly asked: readonly number[]; readonly said: Origins };
}

export type Question = keyof ShardTalk;

/**
 * A shard of a search, wherever it is, e.g. in another thread. Questions are answered in the order asked; one can be
 * asked before the last is answered. All that is said is plain data, and nobody keeps an array that was handed over.
 */
export type ShardPort = <Asks extends Question>(
  question: Asks,
  asked: ShardTalk[Asks]['asked'],
) => Promise<ShardTalk[Asks]['said']>;

/** The memory that lies in a question or an answer, which may be moved to another thread as nobody keeps it. */
export const movable = (said: ShardTalk[Question]['asked' | 'said']): ArrayBuffer[] => {
  if (said === null) return [];
  const arrays: readonly (Int32Array | null)[] =
    'arrivals' in said ? said.arrivals : 'departures' in said ? [...said.departures, said.done] : [];
  return arrays.flatMap((array) => (array === null ? [] : [array.buffer as ArrayBuffer]));
};
