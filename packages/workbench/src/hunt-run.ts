import { follow, hunt, random, type Schedule, type Scheduler, shrink } from '@custody/explore';
import { modelOf, simulate } from '@custody/ownership';
import { RequestError } from './errors.ts';
import { type ExperimentRequest, experimentOf } from './experiment.ts';
import { storyOf } from './hunt-story.ts';
import type { SimulatedRun } from './model-run.ts';
import { mostSteps, pctOf, planPct, promiseOf } from './pct-promise.ts';
import type { Ports } from './ports.ts';
import { type Origin, recordSimulation } from './record-simulation.ts';
import type { DiceChoice } from './scheduler-choice.ts';

export interface HuntRequest {
  readonly dice: DiceChoice;
  /** How many runs at most: the first has the seed of the dice, each further one the next. */
  readonly runs: number;
  /** Asked now and then, so that whoever waits can be told; true ends the hunt. */
  readonly deadline?: () => boolean;
}

const checkSeeds = (seed: number, runs: number): void => {
  if (Number.isSafeInteger(seed + (runs - 1))) return;
  throw new RequestError(
    `Cannot make ${runs} runs from seed ${seed} on as seeds end at ${Number.MAX_SAFE_INTEGER}: give a smaller seed, or fewer runs`,
  );
};

/** The run to record, and who chose it. */
interface Kept {
  readonly scheduler: Scheduler;
  readonly origin: Origin;
}

/**
 * Runs a variant in a scenario with one seed after the other, until one shows a violation: a step says that it broke a
 * sentence, a state breaks one, or tasks wait for ever. That run is shrunk and recorded; where none showed any, the last.
 *
 * @throws RequestError when there are not so many seeds, or more steps are presumed than a run has.
 * @throws RangeError when `runs` is not a whole number of 1 or more.
 */
export const huntRun = async (
  ports: Ports,
  request: ExperimentRequest,
  { dice, runs: asked, deadline = () => false }: HuntRequest,
): Promise<SimulatedRun> => {
  const experiment = experimentOf(request);
  const { variant, scenario, stores } = experiment;
  checkSeeds(dice.seed, asked);
  const model = modelOf(variant, scenario, stores);
  const plan = dice.kind === 'pct' ? planPct(model, dice) : null;
  const schedulerOf = (run: number): Scheduler =>
    plan === null ? random(dice.seed + run) : pctOf(plan, dice.seed + run);

  const hunted = hunt(model, model.properties, schedulerOf, {
    runs: asked,
    maxSteps: mostSteps,
    marks: model.sentences.map(({ id }) => id),
    deadline,
  });
  const { found, runs, longest, bounded } = hunted;
  const shrunk = found === null ? null : shrink(model, found.schedule, found.shows);

  const shorter = (schedule: Schedule, run: number): Kept => ({
    scheduler: follow(schedule),
    origin: { scheduler: `${dice.kind}, shrunk`, seed: dice.seed + run },
  });
  const asItWas = (run: number): Kept => ({
    scheduler: schedulerOf(run),
    origin: { scheduler: dice.kind, seed: dice.seed + run },
  });
  const kept = found === null || shrunk === null ? asItWas(Math.max(runs - 1, 0)) : shorter(shrunk, found.run);
  const simulation = simulate(variant, scenario, kept.scheduler, { stores, maxSteps: mostSteps });
  return {
    ...(await recordSimulation(ports, experiment, kept.origin, simulation)),
    tolerant: false,
    pct: plan === null ? null : promiseOf(plan, { runs: asked, longest, isCut: bounded > 0 }),
    hunt: storyOf(dice, asked, hunted, shrunk),
  };
};
