import { follow, parseSchedule, random, roundRobin, type Scheduler } from '@custody/explore';

/** Dice roll, so that another seed is another run. */
export type DiceChoice =
  | { readonly kind: 'random'; readonly seed: number }
  | {
      readonly kind: 'pct';
      readonly seed: number;
      /** How many orderings a bug needs at once. */
      readonly depth: number;
      /** The most steps that a run has. Default: measured, see `planPct`. */
      readonly steps?: number;
    };

/** Who decides who moves next. */
export type SchedulerChoice =
  | { readonly kind: 'round-robin' }
  | DiceChoice
  | {
      readonly kind: 'schedule';
      readonly schedule: string;
      /** Leaves the rest at the first step that does not fit, where otherwise each that does not is passed over. */
      readonly tolerant?: boolean;
    };

/** @throws SyntaxError, RangeError when a schedule or a seed is none. */
export const schedulerOf = (choice: Exclude<SchedulerChoice, { readonly kind: 'pct' }>): Scheduler => {
  switch (choice.kind) {
    case 'round-robin':
      return roundRobin();
    case 'random':
      return random(choice.seed);
    case 'schedule':
      return follow(parseSchedule(choice.schedule), { afterParting: choice.tolerant ? 'go on' : 'pass over' });
  }
};
