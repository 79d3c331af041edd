import { type Action, actionName, type Model, parseAction, taskOf } from './model.ts';
import type { Schedule } from './schedule.ts';
import type { Moment, Parting, Scheduler } from './scheduler.ts';
import { cycleThrough, unfinished, type Waiting } from './waiting.ts';

/** Why a run ended: everything is done, nobody could move, the scheduler said so, or `maxSteps` cut it short. */
export type Ending = 'done' | 'deadlock' | 'stopped' | 'bound';

/** Tasks that began to wait for each other in a cycle. */
export interface Cycle {
  /** How many steps had been taken, with the one that closed the cycle. */
  readonly step: number;
  /** The tasks of the cycle in order, from the one whose move closed it. */
  readonly waits: readonly Waiting[];
}

export interface Drive {
  /** Who moved, in fact. */
  readonly schedule: Schedule;
  readonly ending: Ending;
  /** The first place where the run could not do what the scheduler had been told. */
  readonly parted?: Parting;
  /** The first cycle that closed; the run goes on as long as another task can move. */
  readonly cycle?: Cycle;
  /** When the ending is `deadlock`: the tasks of that cycle, or every unfinished task when none had closed. */
  readonly waits?: readonly Waiting[];
}

export interface DriveOptions {
  /** Default: 100,000. */
  readonly maxSteps?: number;
  /** Called after each step with the state it led to, which is overwritten by the next, and the marks of the step. */
  readonly onStep?: (action: Action, states: Int32Array, at: number, marks: readonly string[]) => void;
}

/** What one action leads to, and the marks on the way. */
interface Successor {
  readonly row: Int32Array;
  readonly marks: readonly string[];
}

/** Everything that can happen at the state, and what each leads to, in the same order. */
export const optionsAt = (model: Model, state: Int32Array): { actions: Action[]; successors: Successor[] } => {
  const scratch = new Int32Array(model.words);
  const actions: Action[] = [];
  const successors: Successor[] = [];
  model.successors(state, 0, scratch, (action, marks = []) => {
    actions.push(action);
    successors.push({ row: scratch.slice(), marks: [...marks] });
  });
  return { actions, successors };
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
  let cycle: Cycle | undefined;
  const ended = (ending: Ending): Drive => ({
    schedule,
    ending,
    ...(parted && { parted }),
    ...(cycle && { cycle }),
    ...(ending === 'deadlock' && { waits: cycle?.waits ?? unfinished(model, state, 0) }),
  });
  const watchForCycle = (task: number): void => {
    const waits = cycleThrough(model, state, 0, task);
    if (waits !== null) cycle = { step: schedule.length, waits };
  };

  model.initial(state, 0);
  for (let step = 0; ; step += 1) {
    const { actions, successors } = optionsAt(model, state);
    const before = state;
    const moment: Moment = {
      step,
      offered: actions,
      parse: (name) => parseAction(model, name),
      isFinished: (task) => model.isFinished(before, 0, task),
    };
    const { action, parted: partedNow } = choose(moment);
    parted ??= partedNow;
    if (actions.length === 0) return ended(model.isDone(state, 0) ? 'done' : 'deadlock');
    const next = action === null ? undefined : successors[actions.indexOf(action)];
    if (action === null || next === undefined) return ended('stopped');
    if (step >= maxSteps) return ended('bound');
    state = next.row;
    schedule.push(actionName(model, action));
    if (cycle === undefined) watchForCycle(taskOf(action));
    onStep?.(action, state, 0, next.marks);
  }
};
