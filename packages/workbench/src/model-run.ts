import { type Progress, parseSchedule, toTheEnd } from '@custody/explore';
import {
  exploringVariant,
  modelOf,
  type Scenario,
  type Simulation,
  simulate,
  type VariantBounds,
  type VariantReport,
} from '@custody/ownership';
import { RequestError } from './errors.ts';
import { type Experiment, type ExperimentRequest, experimentOf } from './experiment.ts';
import type { HuntStory } from './hunt-story.ts';
import { mostSteps, type PctPromise, pctOf, planPct, promiseOf } from './pct-promise.ts';
import type { Ports } from './ports.ts';
import { type RecordedSimulation, recordSimulation } from './record-simulation.ts';
import { type SchedulerChoice, schedulerOf } from './scheduler-choice.ts';

export interface SimulatedRun extends RecordedSimulation {
  /** The rest of a schedule was left at the first step that did not fit, as was asked; else each such was passed over. */
  readonly tolerant: boolean;
  /** What PCT promises, where it was asked to choose; else null. */
  readonly pct: PctPromise | null;
  /** How the run was found, where several could have been made; else null. */
  readonly hunt: HuntStory | null;
}

/** A simulation by whom was chosen, with what PCT promises of it. */
const simulationBy = (
  { variant, scenario, stores }: Experiment,
  choice: SchedulerChoice,
): { readonly simulation: Simulation; readonly pct: PctPromise | null } => {
  if (choice.kind !== 'pct') {
    return { simulation: simulate(variant, scenario, schedulerOf(choice), { stores }), pct: null };
  }
  const plan = planPct(modelOf(variant, scenario, stores), choice);
  const simulation = simulate(variant, scenario, pctOf(plan, choice.seed), { stores, maxSteps: mostSteps });
  const longest = parseSchedule(simulation.schedule).length;
  return { simulation, pct: promiseOf(plan, { runs: 1, longest, isCut: simulation.ending === 'bound' }) };
};

/** A word that names no task is a slip of the pen; a schedule of an older version may have been right once. */
const checkNames = ({ parted }: Simulation, { id, tasks }: Scenario): void => {
  if (parted?.why !== 'no such task or outcome') return;
  throw new RequestError(
    `Cannot follow the schedule in ${id}: it has no ${parted.action}; its tasks are ` +
      `${tasks.map((_, task) => `T${task}`).join(', ')}, and a step that may fail is written T0!fail`,
  );
};

/** One run of a variant in a scenario, recorded like any other. */
export const simulateRun = async (
  ports: Ports,
  request: ExperimentRequest,
  choice: SchedulerChoice,
): Promise<SimulatedRun> => {
  const experiment = experimentOf(request);
  const { simulation, pct } = simulationBy(experiment, choice);
  const tolerant = choice.kind === 'schedule' && choice.tolerant === true;
  if (!tolerant) checkNames(simulation, experiment.scenario);
  const origin = { scheduler: choice.kind, ...('seed' in choice && { seed: choice.seed }) };
  return { ...(await recordSimulation(ports, experiment, origin, simulation)), tolerant, pct, hunt: null };
};

/** Bounds of a search; without any, it ends when every state was seen. */
export type SearchBounds = Pick<
  VariantBounds,
  'maxStates' | 'maxBytes' | 'deadline' | 'lossy' | 'reduction' | 'exactStates'
>;

/** Every interleaving of a scenario under a variant; says now and then where it stands. */
export const exploringScenario = (
  request: ExperimentRequest,
  bounds: SearchBounds = {},
): Generator<Progress, VariantReport> => {
  const { variant, scenario, stores } = experimentOf(request);
  return exploringVariant(variant, scenario, { ...bounds, stores });
};

/** As `exploringScenario`, to the end at once. */
export const exploreScenario = (request: ExperimentRequest, bounds: SearchBounds = {}): VariantReport =>
  toTheEnd(exploringScenario(request, bounds));
