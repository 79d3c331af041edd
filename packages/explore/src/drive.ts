import { type Action, actionName, type Model, parseAction } from './model.ts';
import type { Schedule } from './schedule.ts';
import type { Moment, Parting, Scheduler } from './scheduler.ts';

/** Why a run ended: everything is done, nobody could move, the scheduler said so, or `maxSteps` cut it short. */
export type Ending = 'done' | 'deadlock' | 'stopped' | 'bound';

export interface Drive {
  /** Who moved, in fact. */
  readonly schedule: Schedule;
  readonly ending: Ending;
  /** The first place where the run could not do what the scheduler had been told. */
  readonly parted?: Parting;
}

export interface DriveOptions {
  /** Default: 100,000. */
  readonly maxSteps?: number;
  /** Called after each step with the state it led to, which is overwritten by the next. */
  readonly onStep?: (action: Action, states: Int32Array, at: number) => void;
}

/** Everything that can happen at the state, and the states it leads to, one row each. */
const optionsAt = (model: Model, state: Int32Array): { actions: Action[]; rows: Int32Array[] } => {
  const scratch = new Int32Array(model.words);
  const actions: Action[] = [];
  const rows: Int32Array[] = [];
  model.successors(state, 0, scratch, (action) => {
    actions.push(action);
    rows.push(scratch.slice());
  });
  return { actions, rows };
};

/**
 * One run of `model` under `scheduler`.
 *
 * @throws RangeError when `maxSteps` is not a whole number of 0 or more.
 */
export const drive = (model: Model, scheduler: Scheduler, { maxSteps = 100_000, onStep }: DriveOptions = {}): Drive => {
  if (!Number.isInteger(maxSteps) || maxSteps < 0) {
    throw new RangeError(`Cannot take at most ${maxSteps} steps as that must be a whole number of 0 or more`);
  }
  const choose = scheduler.start();
  const schedule: string[] = [];
  let state: Int32Array = new Int32Array(model.words);
  let parted: Parting | undefined;
  const ended = (ending: Ending): Drive => ({ schedule, ending, ...(parted && { parted }) });

  model.initial(state, 0);
  for (let step = 0; ; step += 1) {
    const { actions, rows } = optionsAt(model, state);
    const before = state;
    const moment: Moment = {
      step,
      offered: actions,
      parse: (name) => parseAction(model, name),
      isFinished: (task) => model.isFinished(before, 0, task),
    };
    const choice = choose(moment);
    parted ??= choice.parted;
    if (actions.length === 0) return ended(model.isDone(state, 0) ? 'done' : 'deadlock');
    const next = choice.action === null ? undefined : rows[actions.indexOf(choice.action)];
    if (choice.action === null || next === undefined) return ended('stopped');
    if (step >= maxSteps) return ended('bound');
    state = next;
    schedule.push(actionName(model, choice.action));
    onStep?.(choice.action, state, 0);
  }
};
