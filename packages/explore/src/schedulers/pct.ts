import { type Action, taskOf } from '../model.ts';
import type { Scheduler } from '../scheduler.ts';
import { checkSeed, mulberry32 } from './dice.ts';

export interface PctOptions {
  /** Any safe integer: the same seed gives the same run. */
  readonly seed: number;
  /** How many orderings a bug needs at once, from 1: one less is the number of change points. */
  readonly depth: number;
  /** The most steps that a run is expected to have: the change points are drawn from 1 to this. */
  readonly steps: number;
}

/** No bound is worth anything long before this; a typing error like --depth 1000000000 must not eat the memory. */
const deepest = 1000;

const checkWhole = (what: string, value: number, most = Number.MAX_SAFE_INTEGER): void => {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? 'of 1 or more' : `from 1 to ${most}`;
  throw new RangeError(`Cannot use ${value} as ${what} as that must be a whole number ${range}`);
};

/** What is drawn for a task before the first move. */
interface Drawn {
  priority: number;
  /** Chooses among the outcomes of its moves. */
  readonly dice: () => number;
}

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs", ASPLOS 2010): of those that can move, the task with the highest priority
 * does. The tasks get priorities from `depth` up, in an order drawn by lot; `depth - 1` steps, each drawn from 1 to
 * `steps`, are change points: whoever is about to make the step of the i-th gets priority i instead, below all that was
 * drawn, and who is then the highest moves. `pctBound` says what that promises.
 *
 * Where a move has several outcomes, dice of the moving task's own choose one, each equally likely. They do not depend
 * on who else moves, so the promise is about the scheduling, with each task's choices by the kernel as they were drawn.
 *
 * A task that repeats itself while it waits for a lower one starves it: such a run ends at `maxSteps`.
 *
 * @throws RangeError when `seed` is not a safe integer, or `depth` or `steps` not a whole number of 1 or more.
 */
export const pct = ({ seed, depth, steps }: PctOptions): Scheduler => {
  checkSeed(seed);
  checkWhole('a depth', depth, deepest);
  checkWhole('a number of steps', steps);
  return {
    name: `pct ${seed}, depth ${depth}, steps ${steps}`,
    start: () => {
      const draw = mulberry32(seed);
      const changes = Array.from({ length: depth - 1 }, () => 1 + Math.floor(draw() * steps));
      const tasks: Drawn[] = [];

      const freshPriority = (): number => {
        const priority = depth + draw();
        return tasks.some((other) => other.priority === priority) ? freshPriority() : priority;
      };
      /** Drawn in the order of the tasks' numbers, whatever the order in which they come to move. */
      const drawnFor = (task: number): Drawn => {
        while (tasks.length <= task) {
          tasks.push({ priority: freshPriority(), dice: mulberry32(Math.floor(draw() * 2 ** 32)) });
        }
        return tasks[task] as Drawn;
      };
      const highest = (offered: readonly Action[]): number =>
        offered.map(taskOf).reduce((best, task) => (drawnFor(task).priority > drawnFor(best).priority ? task : best));

      return ({ step, offered }) => {
        if (offered.length === 0) return { action: null };
        for (const [index, change] of changes.entries()) {
          if (change === step + 1) drawnFor(highest(offered)).priority = index + 1;
        }
        const mover = highest(offered);
        const own = offered.filter((action) => taskOf(action) === mover);
        const roll = own.length === 1 ? 0 : drawnFor(mover).dice();
        return { action: own[Math.floor(roll * own.length)] ?? null };
      };
    },
  };
};

/**
 * The least probability that one run of `pct` finds a bug of that depth, `1 / (n · k^(d - 1))`: when `tasks` tasks make
 * at most `steps` steps in all, every bug that shows whenever some `depth` orderings of moves are kept, and the outcomes
 * are as drawn, is found by at least that share of the seeds.
 *
 * @throws RangeError when a number is not a whole number of 1 or more.
 */
export const pctBound = ({
  tasks,
  steps,
  depth,
}: {
  readonly tasks: number;
  readonly steps: number;
  readonly depth: number;
}): number => {
  checkWhole('a number of tasks', tasks);
  checkWhole('a number of steps', steps);
  checkWhole('a depth', depth, deepest);
  return 1 / (tasks * steps ** (depth - 1));
};
