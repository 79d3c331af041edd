import type { Ending, Parting } from '@custody/explore';
import { type CaseMet, type Simulation, topologyOf, type Violation, type Waiter } from '@custody/ownership';
import { position, type RunHeader, type RunId, type RunSource, runId, type TraceEvent } from '@custody/trace';
import { catalogueOf, eventsStream, type RunEnd } from './catalogue.ts';
import { BusyRunError } from './errors.ts';
import { type Experiment, isOwn } from './experiment.ts';
import { idLength } from './import-recording.ts';
import type { Ports } from './ports.ts';
import { waitsText } from './waits-text.ts';
import { writeRun } from './write-run.ts';

/** Goes up when the same schedule would become other events: then they are another run. */
const narrationVersion = 2;

/** Enough of the id to tell many runs of one scenario apart, and to be typed. */
const titleDigits = 8;

/** A simulation that is in the log like any other run. */
export interface RecordedSimulation {
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

type SimulationSource = Extract<RunSource, { kind: 'simulation' }>;

/** Who chose the schedule, as a run's header says it. */
export type Origin = Pick<SimulationSource, 'scheduler' | 'seed'>;

/** All that the events of a run hang on, and its header says: enough to make it again. */
const sourceOf = (
  { variant, scenario, size, stores }: Experiment,
  { scheduler, seed }: Origin,
  schedule: string,
): SimulationSource => ({
  kind: 'simulation',
  variant: variant.id,
  scenario: scenario.id,
  scheduler,
  ...(seed !== undefined && { seed }),
  schedule,
  ...size,
  ...(stores === 'late' && { stores }),
  ...(isOwn(variant) && { knobs: variant.knobs }),
});

/** The id of a simulation: who chose the schedule is no part of what a run is. */
export const simulationId = (ports: Pick<Ports, 'digest'>, source: SimulationSource): RunId => {
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

/** Writes the simulation to the log, once: the same schedule is the same run. */
export const recordSimulation = async (
  ports: Ports,
  experiment: Experiment,
  origin: Origin,
  simulation: Simulation,
): Promise<RecordedSimulation> => {
  const { variant, scenario } = experiment;
  const { schedule, events, violations, cases, parted, waits, ending } = simulation;
  const source = sourceOf(experiment, origin, schedule);
  const run = simulationId(ports, source);
  const header: RunHeader = {
    run,
    title: `${variant.id}/${scenario.id}/${run.slice(0, titleDigits)}`,
    source,
    topology: topologyOf(variant, scenario),
  };
  async function* batches(): AsyncGenerator<readonly TraceEvent[], RunEnd> {
    yield events;
    return { events: events.length, complete: true, findings: findingsOf(simulation) };
  }
  try {
    await writeRun(ports, header, batches());
  } catch (error) {
    // Whoever simulates the same schedule writes the same events.
    const life = (await catalogueOf(ports.log)).get(run)?.life;
    const isThere = life !== undefined && (await ports.log.head(eventsStream({ run, life }))) === events.length;
    if (!(error instanceof BusyRunError) || !isThere) throw error;
  }
  const met = metOnce(cases);
  return { run, title: header.title, schedule, events: events.length, violations, cases: met, parted, waits, ending };
};
