import { contextSwitches, type Found, type Hunt, type Schedule } from '@custody/explore';
import type { DiceChoice } from './scheduler-choice.ts';

/** How many steps a schedule has, and how often another task moves than moved just before. */
export interface Extent {
  readonly steps: number;
  readonly switches: number;
}

/** The first violation that a hunt met. */
export interface Quarry extends Extent {
  /** The sentence that was broken; `deadlock` for a cycle of waiters or a standstill. */
  readonly id: string;
  /** Repeats the run that showed it; its steps are counted up to there. */
  readonly seed: number;
  /** The run that is recorded shows the same. */
  readonly shrunk: Extent;
}

/** What a hunt did before it recorded a run. */
export interface HuntStory {
  readonly scheduler: DiceChoice['kind'];
  /** The seed of the first run; each further one has the next. */
  readonly seed: number;
  /** How many runs were to be made at most. */
  readonly asked: number;
  /** How many were made, the one that found something included. */
  readonly runs: number;
  /** The most steps of one of them. */
  readonly longest: number;
  /** How many were cut, as they had no end so far. */
  readonly cut: number;
  readonly found: Quarry | null;
}

const extentOf = (schedule: Schedule): Extent => ({ steps: schedule.length, switches: contextSwitches(schedule) });

const quarryOf = ({ name, schedule, run }: Found, firstSeed: number, shrunk: Schedule): Quarry => ({
  id: name,
  seed: firstSeed + run,
  ...extentOf(schedule),
  shrunk: extentOf(shrunk),
});

/** @param shrunk - what became of the schedule that was found; null where none was. */
export const storyOf = (
  { kind, seed }: DiceChoice,
  asked: number,
  { runs, longest, bounded, found }: Hunt,
  shrunk: Schedule | null,
): HuntStory => ({
  scheduler: kind,
  seed,
  asked,
  runs,
  longest,
  cut: bounded,
  found: found === null || shrunk === null ? null : quarryOf(found, seed, shrunk),
});
