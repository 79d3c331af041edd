import { type Ending, follow, type Parting, parseSchedule, random, roundRobin, type Scheduler } from '@custody/explore';
import {
  type CaseMet,
  exploreVariant,
  type Simulation,
  simulate,
  topologyOf,
  type VariantReport,
  type Violation,
  type Waiter,
} from '@custody/ownership';
import { position, type RunHeader, type RunId, type RunSource, runId, type TraceEvent } from '@custody/trace';
import { eventsStream, type RunEnd } from './catalogue.ts';
import { BusyRunError, RequestError } from './errors.ts';
import { type Experiment, type ExperimentRequest, experimentOf, isOwn } from './experiment.ts';
import { idLength } from './import-recording.ts';
import type { Ports } from './ports.ts';
import { waitsText } from './waits-text.ts';
import { writeRun } from './write-run.ts';

/** Who decides who moves next. */
export type SchedulerChoice =
  | { readonly kind: 'round-robin' }
  | { readonly kind: 'random'; readonly seed: number }
  | { readonly kind: 'schedule'; readonly schedule: string };

const schedulerOf = (choice: SchedulerChoice): Scheduler => {
  switch (choice.kind) {
    case 'round-robin':
      return roundRobin();
    case 'random':
      return random(choice.seed);
    case 'schedule':
      return follow(parseSchedule(choice.schedule));
  }
};

/** Goes up when the same schedule would become other events: then they are another run. */
const narrationVersion = 2;

/** Enough of the id to tell many runs of one scenario apart, and to be typed. */
const titleDigits = 8;

export interface SimulatedRun {
  readonly run: RunId;
  readonly title: string;
  /** Who moved, in fact: repeats the run. */
  readonly schedule: string;
  readonly events: number;
  readonly violations: readonly Violation[];
  /** The cases in which departing drivers found their siblings, in the order in which they were met. */
  readonly cases: readonly CaseMet[];
  readonly parted: Parting | null;
  /** Who waited for what when a cycle of waiters closed or nobody could move. */
  readonly waits: readonly Waiter[] | null;
  /** How the run ended: `done` when every task had finished its script. */
  readonly ending: Ending;
}

/** All that the events of a run hang on, and its header says: enough to make it again. */
const sourceOf = (
  { variant, scenario, size, stores }: Experiment,
  choice: SchedulerChoice,
  schedule: string,
): Extract<RunSource, { kind: 'simulation' }> => ({
  kind: 'simulation',
  variant: variant.id,
  scenario: scenario.id,
  scheduler: choice.kind,
  ...(choice.kind === 'random' && { seed: choice.seed }),
  schedule,
  ...size,
  ...(stores === 'late' && { stores }),
  ...(isOwn(variant) && { knobs: variant.knobs }),
});

/** Who chose the schedule is no part of what a run is. */
const idOf = (ports: Ports, source: ReturnType<typeof sourceOf>): RunId => {
  const { scheduler: _scheduler, seed: _seed, ...made } = source;
  return runId(ports.digest(JSON.stringify(['simulation', narrationVersion, made])).slice(0, idLength));
};

const findingsOf = ({ violations, waits, ending, events }: Simulation): RunEnd['findings'] => [
  ...violations.map(({ id, name, position: at }) => ({ kind: id, position: at, text: `${id} violated: ${name}` })),
  ...(ending === 'deadlock'
    ? [{ kind: 'deadlock', position: position(events.length), text: `nobody can move: ${waitsText(waits ?? [])}` }]
    : []),
];

/** Each case that a step met, once: a step that failed what a case expects tells of the case too. */
const metOnce = (cases: readonly CaseMet[]): readonly CaseMet[] =>
  cases.filter(
    (met) =>
      !met.isExpected || !cases.some(({ id, step, isExpected }) => !isExpected && id === met.id && step === met.step),
  );

/** One run of a variant in a scenario, recorded like any other. */
export const simulateRun = async (
  ports: Ports,
  request: ExperimentRequest,
  choice: SchedulerChoice,
): Promise<SimulatedRun> => {
  const experiment = experimentOf(request);
  const { variant, scenario, stores } = experiment;
  const simulation = simulate(variant, scenario, schedulerOf(choice), { stores });
  const { schedule, events, violations, cases, parted, waits, ending } = simulation;
  if (parted?.why === 'no such task or outcome') {
    throw new RequestError(
      `Cannot follow the schedule in ${scenario.id}: it has no ${parted.action}; its tasks are ` +
        `${scenario.tasks.map((_, task) => `T${task}`).join(', ')}, and a step that may fail is written T0!fail`,
    );
  }
  const source = sourceOf(experiment, choice, schedule);
  const run = idOf(ports, source);
  const header: RunHeader = {
    run,
    title: `${variant.id}/${scenario.id}/${run.slice(0, titleDigits)}`,
    source,
    topology: topologyOf(variant, scenario),
  };
  function* batches(): Generator<readonly TraceEvent[], RunEnd> {
    yield events;
    return { events: events.length, complete: true, findings: findingsOf(simulation) };
  }
  try {
    await writeRun(ports, header, batches());
  } catch (error) {
    // Whoever simulates the same schedule writes the same events.
    const isThere = (await ports.log.head(eventsStream(run))) === events.length;
    if (!(error instanceof BusyRunError) || !isThere) throw error;
  }
  const met = metOnce(cases);
  return { run, title: header.title, schedule, events: events.length, violations, cases: met, parted, waits, ending };
};

/** Bounds of a search; without any, it ends when every state was seen. */
export interface SearchBounds {
  readonly maxStates?: number;
  /** Asked now and then: true ends the search. */
  readonly deadline?: () => boolean;
}

/** Every interleaving of a scenario under a variant. */
export const exploreScenario = (request: ExperimentRequest, bounds: SearchBounds = {}): VariantReport => {
  const { variant, scenario, stores } = experimentOf(request);
  return exploreVariant(variant, scenario, { ...bounds, stores });
};
