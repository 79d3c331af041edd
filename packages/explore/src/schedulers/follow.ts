import { type Action, taskOf } from '../model.ts';
import type { Schedule } from '../schedule.ts';
import type { Moment, Parting, PartingReason, Scheduler } from '../scheduler.ts';
import { roundRobin } from './round-robin.ts';

const isBare = (name: string): boolean => !name.includes('!');

/** The action that `name` means now, or why there is none. A bare task name also means the only thing it can do. */
export const meant = ({ offered, parse, isFinished }: Omit<Moment, 'step'>, name: string): Action | PartingReason => {
  const action = parse(name);
  if (action === null) return 'no such task or outcome';
  if (offered.includes(action)) return action;
  const own = offered.filter((candidate) => taskOf(candidate) === taskOf(action));
  const [only] = own;
  if (only === undefined) return isFinished(taskOf(action)) ? 'finished' : 'blocked';
  return isBare(name) && own.length === 1 ? only : 'outcome not offered';
};

/**
 * What to do from the first entry on that does not fit:
 * - `pass over`: leave out each entry that does not fit, and go on round-robin when the schedule is used up. What keeps
 *   most of a schedule written by hand, e.g. `T1*99` for "until T1 has finished".
 * - `go on`: forget the rest and go on round-robin. For a schedule of an older version of the model: after the parting
 *   its entries no longer mean the moves that they were written for.
 * - `stop`: end the run there.
 */
export type AfterParting = 'pass over' | 'go on' | 'stop';

export interface FollowOptions {
  /** The same as `afterParting: 'stop'`. Default: false. */
  readonly strict?: boolean;
  /** Default: `pass over`. */
  readonly afterParting?: AfterParting;
}

/**
 * Does what `schedule` says. The first entry whose task cannot move so is reported as the parting, and `afterParting`
 * says how the run goes on; a run that never had to part stops where the schedule does.
 */
export const follow = (
  schedule: Schedule,
  { strict = false, afterParting = strict ? 'stop' : 'pass over' }: FollowOptions = {},
): Scheduler => ({
  name: 'follow',
  start: () => {
    const goOn = roundRobin().start();
    let entry = 0;
    let parted: Parting | undefined;
    return (moment) => {
      for (; entry < schedule.length; entry += 1) {
        const name = schedule[entry] as string;
        const action = meant(moment, name);
        if (typeof action === 'number') {
          entry += 1;
          return { action, ...(parted && { parted }) };
        }
        parted ??= { step: moment.step, action: name, why: action };
        if (afterParting === 'stop') return { action: null, parted };
        if (afterParting === 'go on') entry = schedule.length;
      }
      return parted === undefined ? { action: null } : { ...goOn(moment), parted };
    };
  },
});
