import { parseSchedule } from '@custody/explore';
import { callText, type Scenario, type Variant } from '@custody/ownership';
import type { World } from '@custody/trace';
import { differencesOf, type KnobDifference, twistOf } from './differences.ts';
import { type ExperimentRequest, experimentOf, isOwn } from './experiment.ts';
import { functionsOf, kernelWords } from './kernel-words/index.ts';
import { lockWords } from './kernel-words/locks.ts';
import { type ToldRun, type ToldStep, toldSteps } from './told-steps.ts';

/** One step of the schedule: who moved, and what the kernel does there, a line each. */
export interface ArgumentRow {
  readonly step: number;
  readonly task: number;
  readonly words: readonly string[];
}

/** The functions of one file of the kernel that a schedule runs through, in order of appearance. */
interface KernelFile {
  readonly file: string;
  readonly functions: readonly string[];
}

/** A schedule put so that somebody with the kernel's source at hand can follow it. */
export interface Argument {
  readonly variant: Variant;
  readonly scenario: Scenario;
  /** What a variant of one's own changes in its neighbour; nothing for one that everybody can look up. */
  readonly differs: readonly KnobDifference[];
  /** What the scenario changes in the variant. */
  readonly twist: readonly KnobDifference[];
  /** What each task is to do. */
  readonly tasks: readonly (readonly string[])[];
  readonly start: World;
  readonly rows: readonly ArgumentRow[];
  readonly end: World;
  readonly files: readonly KernelFile[];
}

const filesOf = (steps: readonly ToldStep[]): readonly KernelFile[] => {
  const files = new Map<string, Set<string>>();
  for (const { file, name } of steps.flatMap(functionsOf)) {
    const functions = files.get(file) ?? new Set();
    files.set(file, functions.add(name));
  }
  return [...files].map(([file, functions]) => ({ file, functions: [...functions] }));
};

/** What the task stands before when the schedule is over, at its own last step: a lock that it waits for, or takes next. */
const standing = (step: ToldStep, { steps, end }: ToldRun): readonly string[] => {
  const wanted = step.events.find(({ type }) => type === 'LockRequested');
  if (step.next !== null || wanted?.type !== 'LockRequested') return [];
  const { lock } = wanted.data;
  const { taken } = lockWords(lock);
  const isHeld = (end.locks[lock]?.holders ?? []).length > 0;
  if (isHeld) return [`waits in ${taken}`];
  return step === steps.at(-1) ? [`next: ${taken}`] : [];
};

/**
 * What `schedule` does, in the words of the kernel.
 *
 * @param steps - how many steps to tell. Default: all.
 */
export const argumentOf = (
  request: ExperimentRequest,
  schedule: string,
  steps = Number.POSITIVE_INFINITY,
): Argument => {
  const experiment = experimentOf(request);
  const { variant, scenario } = experiment;
  const told = toldSteps(experiment, parseSchedule(schedule).slice(0, steps));
  return {
    variant,
    scenario,
    differs: isOwn(variant) ? differencesOf(variant) : [],
    twist: twistOf(variant, scenario),
    tasks: scenario.tasks.map((script) => script.map(callText)),
    start: told.start,
    rows: told.steps.map((step) => ({
      step: step.number,
      task: step.task,
      words: [...kernelWords(step), ...standing(step, told)],
    })),
    end: told.end,
    files: filesOf(told.steps),
  };
};
