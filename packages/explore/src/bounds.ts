/** Where a search stands. */
export interface Progress {
  readonly states: number;
  readonly transitions: number;
  /** States met whose successors have not been looked at. */
  readonly queue: number;
  /** How many steps those are away from the initial state. */
  readonly depth: number;
  /** A search for all there is, or, after it, one for shorter ways to what it has found. */
  readonly goal: 'everything' | 'shortest ways';
}

/** When to stop a search that would go on for too long. */
export interface Bounds {
  /** Stop when this many states are known and another one turns up. Default: 10 million. */
  readonly maxStates?: number;
  /** Stop when the tables would take more bytes than this. Default: what the machine gives. */
  readonly maxBytes?: number;
  /** Asked every 1,024 states; true stops the search. The caller owns the clock. */
  readonly deadline?: () => boolean;
  /** Told every 1,024 states. */
  readonly onProgress?: (progress: Progress) => void;
  /** About how many states there are: then the tables need not grow on the way. Changes nothing but time and memory. */
  readonly expectedStates?: number;
}

/** What stopped a search. */
export type Bound = 'states' | 'deadline' | 'memory';

export const defaultMaxStates = 10_000_000;

/** @throws RangeError when a bound is no number to count to. */
export const checkBounds = ({ maxStates = defaultMaxStates, maxBytes, expectedStates }: Bounds): void => {
  if (!Number.isInteger(maxStates) || maxStates < 1) {
    throw new RangeError(`Cannot explore at most ${maxStates} states as that must be a whole number of 1 or more`);
  }
  if (maxBytes !== undefined && !(maxBytes > 0)) {
    throw new RangeError(`Cannot explore in ${maxBytes} bytes as that must be a number above 0`);
  }
  if (expectedStates !== undefined && !(expectedStates >= 0)) {
    throw new RangeError(`Cannot expect ${expectedStates} states as that must be a number of 0 or more`);
  }
};
