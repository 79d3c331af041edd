import type { Scheduler } from '../scheduler.ts';
import { checkSeed, mulberry32 } from './dice.ts';

/**
 * Each thing that can happen next is equally likely; the same seed gives the same run, and each seed has choices of its
 * own.
 *
 * @throws RangeError when `seed` is not a safe integer.
 */
export const random = (seed: number): Scheduler => {
  checkSeed(seed);
  return {
    name: `random ${seed}`,
    start: () => {
      const next = mulberry32(seed);
      return ({ offered }) => ({ action: offered[Math.floor(next() * offered.length)] ?? null });
    },
  };
};
