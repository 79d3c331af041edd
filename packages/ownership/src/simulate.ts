import {
  type DriveOptions,
  drive,
  type Ending,
  follow,
  formatSchedule,
  isWitness,
  type Parting,
  type Schedule,
  type Scheduler,
} from '@custody/explore';
import { type Position, position, type TraceEvent } from '@custody/trace';
import { caseOfMark, failedCaseMark } from './cases.ts';
import type { Stores } from './machine.ts';
import { modelOf } from './model-of.ts';
import { narrator } from './narrator.ts';
import type { Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';
import { type Waiter, waiterOf } from './waiter.ts';

/** Where a sentence first ceased to hold in a run. */
export interface Violation {
  readonly id: string;
  readonly name: string;
  /** How many events had happened. */
  readonly position: Position;
  /** How many steps had been taken. */
  readonly step: number;
}

export interface Simulation {
  /** Who moved, in fact, as text that repeats the run. */
  readonly schedule: string;
  readonly ending: Ending;
  readonly events: readonly TraceEvent[];
  /** The first place where the run could not follow the schedule it was given. */
  readonly parted: Parting | null;
  readonly violations: readonly Violation[];
  /** The cases in which departing drivers found their siblings. */
  readonly cases: readonly CaseMet[];
  /** Who waited for what when a cycle of waiters closed or nobody could move; null when neither happened. */
  readonly waits: readonly Waiter[] | null;
}

/** A case that was met in a run; `id` null for a situation that no case covers. */
export interface CaseMet {
  readonly id: string | null;
  readonly says: string;
  /** Whether what was done is what the case expects. */
  readonly isExpected: boolean;
  readonly position: Position;
  readonly step: number;
}

interface SimulateOptions extends Pick<DriveOptions, 'onStep' | 'maxSteps'> {
  readonly stores?: Stores;
}

/** One run of `variant` in `scenario`: who moves is the scheduler's choice. */
export const simulate = (
  variant: Variant,
  scenario: Scenario,
  scheduler: Scheduler,
  { stores = 'sc', ...options }: SimulateOptions = {},
): Simulation => {
  const model = modelOf(variant, scenario, stores);
  const { arrivals, step } = narrator(variant, scenario, stores);
  const events: TraceEvent[] = [...arrivals()];
  const violations: Violation[] = [];
  const cases: CaseMet[] = [];
  let steps = 0;

  /** A case that is met and not done as expected is told once, as that. */
  const hasFailed = (id: string | null, marks: readonly string[]): boolean =>
    id !== null && marks.includes(failedCaseMark(id));
  const ends: number[] = [];
  const broke = (id: string, step = steps): void => {
    const sentence = model.sentences.find((candidate) => candidate.id === id);
    if (sentence === undefined || violations.some((violation) => violation.id === id)) return;
    violations.push({ id, name: sentence.name, position: position(ends[step - 1] ?? events.length), step });
  };
  const check = (states: Int32Array, at: number, marks: readonly string[] = []): void => {
    for (const property of model.properties) if (isWitness(property, states, at)) broke(property.name);
    for (const mark of marks) {
      broke(mark);
      const found = caseOfMark(mark);
      if (found === null || (found.isExpected && hasFailed(found.id, marks))) continue;
      cases.push({ ...found, position: position(events.length), step: steps });
    }
  };
  const start = new Int32Array(model.words);
  model.initial(start, 0);
  check(start, 0);

  const {
    schedule,
    ending,
    parted,
    cycle,
    waits: standing,
  } = drive(model, scheduler, {
    ...options,
    onStep: (action, states, at, marks) => {
      steps += 1;
      events.push(...step(action));
      ends.push(events.length);
      check(states, at, marks);
      options.onStep?.(action, states, at, marks);
    },
  });
  const waits = cycle?.waits ?? standing;
  if (waits !== undefined) broke('I11', cycle?.step ?? steps);
  return {
    schedule: formatSchedule(schedule),
    ending,
    events,
    parted: parted ?? null,
    violations,
    cases,
    waits: waits === undefined ? null : waits.map(waiterOf),
  };
};

/** The run that `schedule` writes down, as facts. An entry that does not fit is passed over; see `follow`. */
export const narrate = (
  variant: Variant,
  scenario: Scenario,
  schedule: Schedule,
  stores: Stores = 'sc',
): Pick<Simulation, 'events' | 'parted'> => {
  const { events, parted } = simulate(variant, scenario, follow(schedule), { stores });
  return { events, parted };
};
