/** When to stop a search that would go on for too long. */
export interface Bounds {
  /** Stop when this many states are known and another one turns up. Default: 10 million. */
  readonly maxStates?: number;
  /** Asked every 1,024 states; true stops the search. The caller owns the clock. */
  readonly deadline?: () => boolean;
}

export const defaultMaxStates = 10_000_000;

/** @throws RangeError when `maxStates` is not a whole number of 1 or more. */
export const checkMaxStates = (maxStates: number): void => {
  if (!Number.isInteger(maxStates) || maxStates < 1) {
    throw new RangeError(`Cannot explore at most ${maxStates} states as that must be a whole number of 1 or more`);
  }
};
