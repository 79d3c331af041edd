import { type Action, taskOf } from '../model.ts';
import type { Schedule } from '../schedule.ts';
import type { Moment, Parting, PartingReason, Scheduler } from '../scheduler.ts';
import { roundRobin } from './round-robin.ts';

const isBare = (name: string): boolean => !name.includes('!');

/** The action that `name` means now, or why there is none. A bare task name also means the only thing it can do. */
const meant = ({ offered, parse, isFinished }: Moment, name: string): Action | PartingReason => {
  const action = parse(name);
  if (action === null) return 'no such task or outcome';
  if (offered.includes(action)) return action;
  const own = offered.filter((candidate) => taskOf(candidate) === taskOf(action));
  const [only] = own;
  if (only === undefined) return isFinished(taskOf(action)) ? 'finished' : 'blocked';
  return isBare(name) && own.length === 1 ? only : 'outcome not offered';
};

/**
 * Does what `schedule` says. An entry whose task cannot move so is passed over and the first such place is reported;
 * a run that had to part goes on round-robin when the schedule is used up, any other stops there.
 *
 * @param strict - stop at the first entry that does not fit. Default: false.
 */
export const follow = (schedule: Schedule, { strict = false }: { readonly strict?: boolean } = {}): Scheduler => ({
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
        if (strict) return { action: null, parted };
      }
      return parted === undefined ? { action: null } : { ...goOn(moment), parted };
    };
  },
});
