import { drive, type Model, pct, pctBound, random, roundRobin, type Scheduler } from '@custody/explore';
import { RequestError } from './errors.ts';

/** A run by PCT, or of a hunt, is cut here: no scenario with an end is near it, and those without must end too. */
export const mostSteps = 10_000;

/** What PCT is told of a scenario: `d`, `n` and `k` of its bound. */
export interface PctPlan {
  readonly depth: number;
  readonly tasks: number;
  readonly steps: number;
  /** How many runs `steps` is the longest of; null when it was given. */
  readonly measured: number | null;
}

/** What PCT promises, and whether the runs kept to what it presumes. */
export interface PctPromise extends PctPlan {
  /** The least chance that one run finds a bug which shows whenever `depth` orderings are kept: 1/(n k^(d-1)). */
  readonly perRun: number;
  readonly runs: number;
  /** The least chance that one of so many runs does: 1 - (1 - perRun)^runs. */
  readonly atLeast: number;
  /** The most steps of a run that was made. */
  readonly longest: number;
  /** False when a run had more than `steps`, or was cut: then there is no such bound. */
  readonly holds: boolean;
}

/** How many runs of a kind are made to measure k. */
const tried = 32;

/**
 * The longest of a few runs: in turn, at random, and each task as far as it can go by an order drawn by lot. They do not
 * depend on the seed of the run that is asked for, so that this run can be repeated by its seed alone.
 */
const measure = (model: Model): Pick<PctPlan, 'steps' | 'measured'> => {
  const seeds = Array.from({ length: tried }, (_, seed) => seed);
  const schedulers: readonly Scheduler[] = [
    roundRobin(),
    ...seeds.map(random),
    ...seeds.map((seed) => pct({ seed, depth: 1, steps: 1 })),
  ];
  let steps = 1;
  for (const [index, scheduler] of schedulers.entries()) {
    const { schedule, ending } = drive(model, scheduler, { maxSteps: mostSteps });
    steps = Math.max(steps, schedule.length);
    if (ending === 'bound') return { steps, measured: index + 1 };
  }
  return { steps, measured: schedulers.length };
};

/**
 * @param steps - default: the longest of a few runs that are made to measure it.
 * @throws RangeError when `depth` is not from 1 to 1000, or `steps` not of 1 or more.
 * @throws RequestError when `steps` is more than any run has.
 */
export const planPct = (
  model: Model,
  { depth, steps }: { readonly depth: number; readonly steps?: number },
): PctPlan => {
  if (steps !== undefined && steps > mostSteps) {
    throw new RequestError(
      `Cannot use ${steps} as the most steps of a run as each is cut after ${mostSteps}: give a number up to that`,
    );
  }
  pctBound({ tasks: model.tasks, depth, steps: steps ?? 1 });
  return { depth, tasks: model.tasks, ...(steps === undefined ? measure(model) : { steps, measured: null }) };
};

/** The scheduler for one run of the plan. */
export const pctOf = ({ depth, steps }: PctPlan, seed: number): Scheduler => pct({ seed, depth, steps });

export const promiseOf = (
  plan: PctPlan,
  { runs, longest, isCut }: { readonly runs: number; readonly longest: number; readonly isCut: boolean },
): PctPromise => {
  const perRun = pctBound(plan);
  return {
    ...plan,
    perRun,
    runs,
    // 1 - (1 - p)^R, exact for the smallest p too.
    atLeast: -Math.expm1(runs * Math.log1p(-perRun)),
    longest,
    holds: longest <= plan.steps && !isCut,
  };
};
