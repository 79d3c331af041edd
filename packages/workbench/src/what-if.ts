import { actionName, follow, parseSchedule, type Schedule, type Scheduler } from '@custody/explore';
import { type CaseMet, modelOf, simulate } from '@custody/ownership';
import type { Position } from '@custody/trace';
import { RequestError } from './errors.ts';
import { experimentOf } from './experiment.ts';
import type { Run } from './open-run.ts';
import { requestOf, type SimulationSource } from './origin.ts';

/** A move that a task can make at some position of a simulated run. */
export interface PossibleMove {
  /** As a schedule has it: `T1`, `T1!fail`. */
  readonly move: string;
  /** Where the task stands: `bind.lock`. */
  readonly label: string;
  /** Is it the one that was made? */
  readonly isTaken: boolean;
}

/** What could have been done at a position. */
export interface Crossroads {
  /** Who had moved until then. */
  readonly schedule: string;
  readonly moves: readonly PossibleMove[];
}

const sourceOf = ({ header: { source, title } }: Run): SimulationSource => {
  if (source.kind === 'simulation') return source;
  throw new RequestError(
    `Cannot ask "what if" of ${title} as it is a recording: nobody can choose again who moves; ` +
      'simulate the same with: custody simulate VARIANT SCENARIO',
  );
};

/** How many steps had been taken at a position: a simulation's clock counts them. */
const stepsBefore = ({ timeline }: Run, at: Position): number => (at === 0 ? 0 : timeline.at(at - 1).at);

/** Follows the schedule to its end, then only looks at what is offered. */
const looking = (schedule: Schedule, look: (offered: readonly number[]) => void): Scheduler => ({
  name: 'look',
  start: () => {
    const choose = follow(schedule).start();
    return (moment) => {
      if (moment.step >= schedule.length) look(moment.offered);
      return choose(moment);
    };
  },
});

/**
 * Who could have moved at a position of a simulated run, and how; in the middle of a step, after that step.
 *
 * @throws RequestError when the run is a recording, or was made by a version that knew other variants.
 */
export const crossroadsAt = (run: Run, at: Position): Crossroads => {
  const source = sourceOf(run);
  const { variant, scenario, stores } = experimentOf(requestOf(source));
  const whole = parseSchedule(source.schedule);
  const schedule = whole.slice(0, stepsBefore(run, at));
  const model = modelOf(variant, scenario, stores);
  let offered: readonly string[] = [];
  simulate(
    variant,
    scenario,
    looking(schedule, (actions) => {
      offered = actions.map((action) => actionName(model, action));
    }),
    { stores },
  );
  const moves = offered.map((move): PossibleMove => {
    const { events } = simulate(variant, scenario, follow([...schedule, move]), { stores });
    const taken = events.findLast((event) => event.type === 'StepTaken');
    const label = taken?.type === 'StepTaken' ? taken.data.label : '';
    return { move, label, isTaken: move === whole[schedule.length] };
  });
  return { schedule: schedule.join(' '), moves };
};

/**
 * Which cases departing drivers met in a simulated run, and where; none in a recording.
 *
 * @throws RequestError when the run was made by a version that knew other variants.
 */
export const casesMetIn = (run: Run): readonly CaseMet[] => {
  const { source } = run.header;
  if (source.kind !== 'simulation') return [];
  const { variant, scenario, stores } = experimentOf(requestOf(source));
  return simulate(variant, scenario, follow(parseSchedule(source.schedule)), { stores }).cases;
};
