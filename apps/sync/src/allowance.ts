/** What somebody may still spend; it grows back with time. */
export interface Allowance {
  /** @param now - milliseconds, never going back. @returns false when there is not enough. */
  readonly spend: (cost: number, now: number) => boolean;
}

export interface AllowanceOptions {
  /** At most so much can be saved up. */
  readonly most: number;
  readonly perSecond: number;
}

export const allowance = ({ most, perSecond }: AllowanceOptions, begin: number): Allowance => {
  let left = most;
  let at = begin;
  return {
    spend: (cost, now) => {
      left = Math.min(most, left + ((now - at) / 1000) * perSecond);
      at = now;
      if (cost > left) return false;
      left -= cost;
      return true;
    },
  };
};
