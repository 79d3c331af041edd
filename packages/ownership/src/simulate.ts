import {
  type DriveOptions,
  drive,
  type Ending,
  follow,
  formatSchedule,
  type Parting,
  type Schedule,
  type Scheduler,
} from '@custody/explore';
import { type Position, position, type TraceEvent } from '@custody/trace';
import { modelOf } from './model-of.ts';
import { narrator } from './narrator.ts';
import type { Sentence } from './properties.ts';
import type { Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';

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
}

/** One run of `variant` in `scenario`: who moves is the scheduler's choice. */
export const simulate = (
  variant: Variant,
  scenario: Scenario,
  scheduler: Scheduler,
  options: Pick<DriveOptions, 'onStep' | 'maxSteps'> = {},
): Simulation => {
  const model = modelOf(variant, scenario);
  const { arrivals, step } = narrator(variant, scenario);
  const events: TraceEvent[] = [...arrivals()];
  const violations: Violation[] = [];
  let steps = 0;

  const check = (states: Int32Array, at: number): void => {
    for (const [index, { holds }] of model.properties.entries()) {
      const { id, name } = model.sentences[index] as Sentence;
      if (violations.some((violation) => violation.id === id) || holds(states, at)) continue;
      violations.push({ id, name, position: position(events.length), step: steps });
    }
  };
  const start = new Int32Array(model.words);
  model.initial(start, 0);
  check(start, 0);

  const { schedule, ending, parted } = drive(model, scheduler, {
    ...options,
    onStep: (action, states, at) => {
      steps += 1;
      events.push(...step(action));
      check(states, at);
      options.onStep?.(action, states, at);
    },
  });
  return { schedule: formatSchedule(schedule), ending, events, parted: parted ?? null, violations };
};

/** The run that `schedule` writes down, as facts. An entry that does not fit is passed over; see `follow`. */
export const narrate = (
  variant: Variant,
  scenario: Scenario,
  schedule: Schedule,
): Pick<Simulation, 'events' | 'parted'> => {
  const { events, parted } = simulate(variant, scenario, follow(schedule));
  return { events, parted };
};
