/** @throws RangeError when `seed` is not a safe integer. */
export const checkSeed = (seed: number): void => {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`Cannot use ${seed} as a seed as it must be a safe integer`);
};

/**
 * mulberry32 (Tommy Ettinger, public domain): 32 bits of state, numbers in [0, 1). A seed has more bits than that: the
 * high ones choose the step by which the state moves, another odd number for each, mulberry32's own when they are 0.
 */
export const mulberry32 = (seed: number): (() => number) => {
  let state = seed | 0;
  const step = (0x6d2b79f5 + Math.imul(Math.floor(seed / 2 ** 32), 2 * 0x9e3779b9)) | 0;
  return () => {
    state = (state + step) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
