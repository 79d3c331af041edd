import { type Ending, follow, type Parting, parseSchedule, random, roundRobin, type Scheduler } from '@custody/explore';
import {
  exploreVariant,
  type Scenario,
  scenarios,
  simulate,
  topologyOf,
  type Variant,
  type VariantReport,
  type Violation,
  variants,
} from '@custody/ownership';
import { position, type RunHeader, type RunId, runId, type TraceEvent } from '@custody/trace';
import { eventsStream, type RunEnd } from './catalogue.ts';
import { BusyRunError, RequestError } from './errors.ts';
import { idLength } from './import-recording.ts';
import type { Ports } from './ports.ts';
import { writeRun } from './write-run.ts';

/** Who decides who moves next. */
export type SchedulerChoice =
  | { readonly kind: 'round-robin' }
  | { readonly kind: 'random'; readonly seed: number }
  | { readonly kind: 'schedule'; readonly schedule: string };

const named = <Item extends { readonly id: string }>(items: readonly Item[], id: string, what: string): Item => {
  const found = items.find((item) => item.id === id);
  if (found) return found;
  throw new RequestError(
    `Cannot use the ${what} "${id}" as there is none; there are: ${items.map((item) => item.id).join(', ')}`,
  );
};

const findVariant = (id: string): Variant => named(variants, id, 'variant');
const findScenario = (id: string): Scenario => named(scenarios, id, 'scenario');

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
const narrationVersion = 1;

/** Enough of the id to tell many runs of one scenario apart, and to be typed. */
const titleDigits = 8;

export interface SimulatedRun {
  readonly run: RunId;
  readonly title: string;
  /** Who moved, in fact: repeats the run. */
  readonly schedule: string;
  readonly events: number;
  readonly violations: readonly Violation[];
  readonly parted: Parting | null;
  /** How the run ended: `done` when every task had finished its script. */
  readonly ending: Ending;
}

/** One run of a variant in a scenario, recorded like any other. */
export const simulateRun = async (
  ports: Ports,
  variantId: string,
  scenarioId: string,
  choice: SchedulerChoice,
): Promise<SimulatedRun> => {
  const variant = findVariant(variantId);
  const scenario = findScenario(scenarioId);
  const { schedule, events, violations, parted, ending } = simulate(variant, scenario, schedulerOf(choice));
  if (parted?.why === 'no such task or outcome') {
    throw new RequestError(
      `Cannot follow the schedule in ${scenario.id}: it has no ${parted.action}; its tasks are ` +
        `${scenario.tasks.map((_, task) => `T${task}`).join(', ')}, and a step that may fail is written T0!fail`,
    );
  }
  const made = JSON.stringify(['simulation', narrationVersion, variant.id, scenario.id, schedule]);
  const run = runId(ports.digest(made).slice(0, idLength));
  const header: RunHeader = {
    run,
    title: `${variant.id}/${scenario.id}/${run.slice(0, titleDigits)}`,
    source: {
      kind: 'simulation',
      variant: variant.id,
      scenario: scenario.id,
      scheduler: choice.kind,
      ...(choice.kind === 'random' && { seed: choice.seed }),
      schedule,
    },
    topology: topologyOf(variant, scenario),
  };
  const findings = [
    ...violations.map(({ id, name, position: at }) => ({ kind: id, position: at, text: `${id} violated: ${name}` })),
    ...(ending === 'deadlock'
      ? [{ kind: 'deadlock', position: position(events.length), text: 'nobody can move' }]
      : []),
  ];
  function* batches(): Generator<readonly TraceEvent[], RunEnd> {
    yield events;
    return { events: events.length, complete: true, findings };
  }
  try {
    await writeRun(ports, header, batches());
  } catch (error) {
    // Whoever simulates the same schedule writes the same events.
    const isThere = (await ports.log.head(eventsStream(run))) === events.length;
    if (!(error instanceof BusyRunError) || !isThere) throw error;
  }
  return { run, title: header.title, schedule, events: events.length, violations, parted, ending };
};

/** Bounds of a search; without any, it ends when every state was seen. */
export interface SearchBounds {
  readonly maxStates?: number;
  /** Asked now and then: true ends the search. */
  readonly deadline?: () => boolean;
}

/** Every interleaving of a scenario under a variant. */
export const exploreScenario = (variantId: string, scenarioId: string, bounds: SearchBounds): VariantReport =>
  exploreVariant(findVariant(variantId), findScenario(scenarioId), bounds);
