import { optionsAt } from './drive.ts';
import { actionName, type Model, parseAction } from './model.ts';
import type { Schedule } from './schedule.ts';
import { meant } from './schedulers/follow.ts';
import type { Shows } from './shows.ts';

/** A run that ends where it first shows what is looked for. */
interface Showing {
  readonly names: Schedule;
  /** The state before the first step, after it, and so on. */
  readonly states: readonly Int32Array[];
}

const taskIn = (name: string): string => name.split('!', 1)[0] as string;

/** How often another task moves than moved just before. */
export const contextSwitches = (schedule: Schedule): number =>
  schedule.filter((name, step) => step > 0 && taskIn(name) !== taskIn(schedule[step - 1] as string)).length;

/** The schedule as stretches of one task each. */
const stretchesOf = (schedule: Schedule): Schedule[] => {
  const stretches: string[][] = [];
  for (const [step, name] of schedule.entries()) {
    if (step > 0 && taskIn(name) === taskIn(schedule[step - 1] as string)) stretches.at(-1)?.push(name);
    else stretches.push([name]);
  }
  return stretches;
};

/**
 * Every order of the stretches in which two of one task, with none of that task between, have met: each has at least one
 * context switch less.
 */
function* joined(stretches: readonly Schedule[]): Generator<Schedule> {
  for (const [late, stretch] of stretches.entries()) {
    const task = taskIn(stretch[0] as string);
    const early = stretches.slice(0, late).findLastIndex(([name]) => taskIn(name as string) === task);
    if (early < 0) continue;
    for (let meeting = early; meeting < late; meeting += 1) {
      yield [
        ...stretches.slice(0, early),
        ...stretches.slice(early + 1, meeting + 1),
        stretches[early] as Schedule,
        stretch,
        ...stretches.slice(meeting + 1, late),
        ...stretches.slice(late + 1),
      ].flat();
    }
  }
}

/** The run without its detours that lead back to a state where it had been. */
const withoutLoops = ({ names, states }: Showing): Showing => {
  // What is looked for may be in the last step itself, so that is kept.
  const lastVisit = new Map(states.slice(0, -1).map((state, step) => [state.join(), step]));
  const kept = { names: [] as string[], states: [] as Int32Array[] };
  for (let step = 0; step < names.length; step += 1) {
    step = lastVisit.get((states[step] as Int32Array).join()) ?? step;
    kept.states.push(states[step] as Int32Array);
    kept.names.push(names[step] as string);
  }
  return { names: kept.names, states: [...kept.states, ...states.slice(-1)] };
};

/**
 * A schedule that shows the same in fewer steps and, with those, fewer context switches: the steps that were made until
 * it first showed, so that it fits strictly. Entries that do not fit are passed over, in `schedule` too, and nobody goes
 * on where it ends.
 *
 * First steps are left out, many at once and then fewer, of all tasks and of one: in the end no single one of them can
 * be missed. Then stretches of one task are moved together. Both again until neither helps: shrinking the result gives
 * the result. It is not always the shortest of all schedules; that is what `explore` is for.
 *
 * @throws RangeError when `schedule` does not show it.
 */
export const shrink = (model: Model, schedule: Schedule, shows: Shows): Schedule => {
  const parse = (name: string) => parseAction(model, name);
  /** What has been tried in vain: leaving out any one of five equal steps comes to the same. */
  const vain = new Set<string>();
  /** The first `kept` steps of `run`, then those of `wished` that fit; null when that does not show it. */
  const walk = ({ names, states }: Showing, kept: number, wished: Schedule): Showing | null => {
    const attempt = [...names.slice(0, kept), ...wished].join(' ');
    if (vain.has(attempt)) return null;
    const made = { names: names.slice(0, kept), states: states.slice(0, kept + 1) };
    let state = states[kept] as Int32Array;
    let options = optionsAt(model, state);
    const isFinished = (task: number): boolean => model.isFinished(state, 0, task);
    for (const name of wished) {
      const action = meant({ offered: options.actions, parse, isFinished }, name);
      if (typeof action !== 'number') continue;
      const { row, marks } = options.successors[options.actions.indexOf(action)] as (typeof options.successors)[number];
      made.names.push(actionName(model, action));
      made.states.push(row);
      if (shows({ action, states: row, at: 0, marks })) return made;
      state = row;
      options = optionsAt(model, state);
    }
    vain.add(attempt);
    return null;
  };

  /** Leaves out what it can of the steps that `isOwn` picks: all of them, each half, each quarter and so on. */
  const thinned = (run: Showing, isOwn: (name: string) => boolean): Showing => {
    let best = run;
    const places = (): number[] => best.names.flatMap((name, place) => (isOwn(name) ? [place] : []));
    for (let size = places().length; size >= 1; size >>= 1) {
      for (let end = places().length; end > 0; end -= size) {
        const left = new Set(places().slice(Math.max(0, end - size), end));
        const [first] = left;
        if (first === undefined) continue;
        const rest = best.names.filter((_, place) => place > first && !left.has(place));
        best = walk(best, first, rest) ?? best;
      }
    }
    return best;
  };
  const shortened = (run: Showing): Showing => {
    let best = thinned(withoutLoops(run), () => true);
    for (const task of new Set(best.names.map(taskIn))) best = thinned(best, (name) => taskIn(name) === task);
    return best;
  };

  const gathered = (run: Showing): Showing => {
    for (const wished of joined(stretchesOf(run.names))) {
      const kept = wished.findIndex((name, step) => name !== run.names[step]);
      const better = walk(run, kept, wished.slice(kept));
      if (better !== null) return gathered(better);
    }
    return run;
  };

  const start = new Int32Array(model.words);
  model.initial(start, 0);
  if (shows({ action: null, states: start, at: 0, marks: [] })) return [];
  const given = walk({ names: [], states: [start] }, 0, schedule);
  if (given === null) {
    throw new RangeError(
      `Cannot shrink the schedule of ${schedule.length} steps as it does not show what is looked for: give the steps that a run has in fact made`,
    );
  }
  let best = given;
  for (;;) {
    const next = gathered(shortened(best));
    if (next.names.join() === best.names.join()) return best.names;
    best = next;
  }
};
