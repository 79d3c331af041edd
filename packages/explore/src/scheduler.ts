import type { Action } from './model.ts';

/** Why a schedule's entry could not be taken. */
export type PartingReason = 'finished' | 'blocked' | 'outcome not offered' | 'no such task or outcome';

/** The first place where a run could not do what a schedule says. */
export interface Parting {
  /** How many steps had fitted. */
  readonly step: number;
  /** The entry that did not fit, e.g. `T1!fail`. */
  readonly action: string;
  readonly why: PartingReason;
}

/** What a scheduler may look at before it decides. */
export interface Moment {
  /** How many steps have been taken. */
  readonly step: number;
  /** What can be done now, in task order; empty when the run is over, for a schedule may say more than that. */
  readonly offered: readonly Action[];
  readonly parse: (name: string) => Action | null;
  readonly isFinished: (task: number) => boolean;
}

export interface Choice {
  /** One of those offered; null ends the run here, or says that nothing is. */
  readonly action: Action | null;
  readonly parted?: Parting;
}

/** Decides who moves. `start` begins a fresh run, so that one scheduler can serve many. */
export interface Scheduler {
  readonly name: string;
  start(): (moment: Moment) => Choice;
}
