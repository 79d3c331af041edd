import { type DriveOptions, drive } from './drive.ts';
import type { Model } from './model.ts';
import type { Property } from './property.ts';
import type { Schedule } from './schedule.ts';
import type { Scheduler } from './scheduler.ts';
import { type Arrival, carries, closesCycle, deadlocks, type Shows, violates } from './shows.ts';

export interface HuntOptions extends Pick<DriveOptions, 'maxSteps'> {
  /** How many runs at most. */
  readonly runs: number;
  /** The marks that are violations. Default: none. */
  readonly marks?: readonly string[];
  /** Which violations end the hunt, by name (`deadlock` is one); the others are not minded. Default: all. */
  readonly isWanted?: (name: string) => boolean;
  /** Asked before every run and every 1,024 steps; true ends the hunt. The caller owns the clock. */
  readonly deadline?: () => boolean;
}

export interface Found {
  readonly kind: 'property' | 'mark' | 'deadlock';
  /** The name of the property or mark; `deadlock` for a cycle of waiters or a standstill. */
  readonly name: string;
  /** Who moved, from the start to the move that showed it. */
  readonly schedule: Schedule;
  /** The number of the run, from 0. */
  readonly run: number;
  /** What `shrink` needs to know it by. */
  readonly shows: Shows;
}

export interface Hunt {
  /** How many runs were made, the one that found something included; one that the deadline cut is not counted. */
  readonly runs: number;
  /** How many steps were taken in all. */
  readonly steps: number;
  /** The most steps of one run: what `pctBound` calls `steps`, as far as the runs can tell. */
  readonly longest: number;
  /** How many runs `maxSteps` cut short. */
  readonly bounded: number;
  /** False when the deadline ended the hunt. */
  readonly complete: boolean;
  /** The first violation; null proves nothing. */
  readonly found: Found | null;
}

const deadlineEvery = 1024;

/**
 * Runs `model` again and again, each time with the scheduler that `schedulerOf` gives for the number of the run, until
 * an `always` is broken, a move carries one of `marks`, or tasks are in a deadlock. What a `sometimes` says is no
 * violation.
 *
 * @throws RangeError when `runs` is not a whole number of 1 or more, or `maxSteps` not one of 0 or more.
 */
export const hunt = (
  model: Model,
  properties: readonly Property[],
  schedulerOf: (run: number) => Scheduler,
  { runs: mostRuns, maxSteps, marks = [], isWanted = () => true, deadline = () => false }: HuntOptions,
): Hunt => {
  if (!Number.isSafeInteger(mostRuns) || mostRuns < 1) {
    throw new RangeError(`Cannot make ${mostRuns} runs as that must be a whole number of 1 or more`);
  }
  type Target = Pick<Found, 'kind' | 'name' | 'shows'>;
  const targets: readonly Target[] = [
    ...marks.map((name): Target => ({ kind: 'mark', name, shows: carries(name) })),
    ...properties
      .filter(({ kind }) => kind === 'always')
      .map((property): Target => ({ kind: 'property', name: property.name, shows: violates(property) })),
  ].filter(({ name }) => isWanted(name));
  const deadlock: Target | null = isWanted('deadlock')
    ? { kind: 'deadlock', name: 'deadlock', shows: deadlocks(model) }
    : null;
  const closes = closesCycle(model);
  /** A standstill is left to `drive`, which has to look anyway. */
  const shownBy = (arrival: Arrival): Target | null =>
    targets.find(({ shows }) => shows(arrival)) ?? (deadlock !== null && closes(arrival) ? deadlock : null);

  const start = new Int32Array(model.words);
  model.initial(start, 0);
  const shownAtStart = shownBy({ action: null, states: start, at: 0, marks: [] });

  let [runs, steps, longest, bounded] = [0, 0, 0, 0];
  const result = (found: Found | null, complete = true): Hunt => ({ runs, steps, longest, bounded, complete, found });

  for (let run = 0; run < mostRuns; run += 1) {
    if (deadline()) return result(null, false);
    let shown = shownAtStart;
    let isCut = false;
    const scheduler = schedulerOf(run);
    const watched: Scheduler = {
      name: scheduler.name,
      start: () => {
        const choose = scheduler.start();
        return (moment) => (shown !== null || isCut ? { action: null } : choose(moment));
      },
    };
    const { schedule, ending } = drive(model, watched, {
      ...(maxSteps !== undefined && { maxSteps }),
      onStep: (action, states, at, marksOfStep) => {
        steps += 1;
        shown = shownBy({ action, states, at, marks: marksOfStep });
        isCut = shown === null && steps % deadlineEvery === 0 && deadline();
      },
    });
    if (isCut) return result(null, false);
    if (ending === 'deadlock') shown ??= deadlock;
    runs += 1;
    longest = Math.max(longest, schedule.length);
    if (ending === 'bound') bounded += 1;
    if (shown !== null) return result({ ...shown, schedule, run });
  }
  return result(null);
};
