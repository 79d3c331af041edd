import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counter } from '../counter.testing.ts';
import { drive } from '../drive.ts';
import { actionOf, type Model } from '../model.ts';
import { referenceModel } from '../reference-model.testing.ts';
import { formatSchedule } from '../schedule.ts';
import { contextSwitches } from '../shrink.ts';
import { pct, pctBound } from './pct.ts';

/** `tasks` tasks of `moves` moves each that know nothing of each other. */
const strangers = (tasks: number, moves: number): Model => {
  const all = Array.from({ length: tasks }, (_, task) => task);
  const isOver = (states: Int32Array, at: number, task: number): boolean => states[at + task] === moves;
  return {
    ...counter(),
    words: tasks,
    tasks,
    initial: (into, at) => into.fill(0, at, at + tasks),
    successors: (states, from, scratch, emit) => {
      for (const task of all) {
        if (isOver(states, from, task)) continue;
        scratch.set(states.slice(from, from + tasks));
        scratch[task] = (scratch[task] as number) + 1;
        emit(actionOf(task));
      }
    },
    isDone: (states, at) => all.every((task) => isOver(states, at, task)),
    isFinished: isOver,
  };
};

const seeds = Array.from({ length: 8000 }, (_, seed) => seed);

/** Which runs there are under 8,000 seeds, and how many of a thousand are each. */
const shares = (model: Model, depth: number, steps: number): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const seed of seeds) {
    const run = formatSchedule(drive(model, pct({ seed, depth, steps })).schedule);
    counts.set(run, (counts.get(run) ?? 0) + 1000 / seeds.length);
  }
  return new Map([...counts].sort());
};

const expectShares = (actual: Map<string, number>, expected: Readonly<Record<string, number>>): void => {
  expect([...actual.keys()]).toEqual(Object.keys(expected).sort());
  for (const [run, share] of Object.entries(expected))
    expect(Math.abs((actual.get(run) ?? 0) - share)).toBeLessThan(20);
};

describe('PCT', () => {
  it('of depth 1 lets the tasks run to their end one after the other, each order as likely as the others', () => {
    expectShares(shares(strangers(3, 3), 1, 9), {
      'T0*3 T1*3 T2*3': 167,
      'T0*3 T2*3 T1*3': 167,
      'T1*3 T0*3 T2*3': 167,
      'T1*3 T2*3 T0*3': 167,
      'T2*3 T0*3 T1*3': 167,
      'T2*3 T1*3 T0*3': 167,
    });
  });

  it('of depth 2 lowers who is about to make one of the steps, each step as likely as the others', () => {
    // T0 first, change point before step 1, 2, 3, 4: T1 T1 T0 T0, T0 T1 T1 T0, and twice T0 T0 T1 T1.
    expectShares(shares(strangers(2, 2), 2, 4), {
      'T0 T0 T1 T1': 3000 / 8,
      'T0 T1 T1 T0': 1000 / 8,
      'T1 T0 T0 T1': 1000 / 8,
      'T1 T1 T0 T0': 3000 / 8,
    });
  });

  it('lowers to the number of the change point, so that one lowered later may stand above one lowered before', () => {
    const runs = shares(strangers(2, 2), 3, 4);
    // T0 first, T0 lowered to 2 before step 2 and T1 to 1 before step 3: 1 of 2 times 1 of 4 times 1 of 4.
    expect(Math.abs((runs.get('T0 T1 T0 T1') ?? 0) - 1000 / 32)).toBeLessThan(8);
    // All 6 orders of 2 and 2 moves.
    expect(runs.size).toBe(6);
  });

  it('switches only where a task has come to its end, and at most once more for each change point', () => {
    for (const seed of seeds.slice(0, 500)) {
      for (const depth of [1, 2, 5]) {
        const { schedule } = drive(strangers(3, 5), pct({ seed, depth, steps: 15 }));
        expect(contextSwitches(schedule)).toBeLessThanOrEqual(2 + depth - 1);
      }
    }
  });

  it('finds a bug of each depth with at least the promised share of the seeds', () => {
    const [tasks, steps] = [3, 6];
    /** The share of the seeds under which the moves of T0 and T1, leaving out those of T2, are like that. */
    const share = (depth: number, bug: RegExp): number =>
      [...shares(strangers(tasks, 2), depth, steps)]
        .filter(([run]) => bug.test(run.replaceAll(/T2|[T ]/g, '')))
        .reduce((sum, [, thousandths]) => sum + thousandths / 1000, 0);
    // T0 begins; and T1 begins before T0 ends; and T0 ends before T1 does.
    for (const [index, bug] of [/^0/, /^01.*0/, /^0101/].entries()) {
      const depth = index + 1;
      expect(share(depth, bug)).toBeGreaterThan(pctBound({ tasks, steps, depth }));
      if (index > 0) expect(share(index, bug)).toBe(0);
    }
  });

  it('takes each outcome of a move as often as the others', () => {
    const failing = seeds.filter((seed) =>
      drive(counter(), pct({ seed, depth: 1, steps: 4 })).schedule.includes('T1!fail'),
    );
    expect(Math.abs(failing.length / seeds.length - 0.5)).toBeLessThan(0.02);
  });

  it('draws the outcomes of a task whatever the others do', () => {
    const both = (task: number) => [actionOf(task, 0), actionOf(task, 1)];
    const moment = { parse: () => null, isFinished: () => false };
    const outcomesOfT1 = (seed: number, others: readonly number[]): (number | null)[] => {
      const choose = pct({ seed, depth: 3, steps: 9 }).start();
      return [...others, 1, 1, 1]
        .map((task, step) => choose({ ...moment, step, offered: both(task) }).action)
        .slice(-3);
    };
    for (const seed of seeds.slice(0, 50)) expect(outcomesOfT1(seed, [0, 7, 0])).toEqual(outcomesOfT1(seed, []));
  });

  it('gives the same run for the same seed, however often it is started', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 80 }),
        (seed, depth, steps) => {
          const model = referenceModel('R1', { devices: 2, claimers: 1 });
          const scheduler = pct({ seed, depth, steps });
          const { schedule } = drive(model, scheduler);
          expect(drive(model, scheduler).schedule).toEqual(schedule);
          expect(drive(model, pct({ seed, depth, steps })).schedule).toEqual(schedule);
        },
      ),
    );
  });

  it('has runs of their own for seeds above 32 bits or below 0', () => {
    const model = strangers(6, 6);
    const runs = [1, 2 ** 32 + 1, 2 ** 33 + 1, 1 - 2 ** 32, -1, 2 ** 32 - 1].map((seed) =>
      drive(model, pct({ seed, depth: 5, steps: 36 })).schedule.join(' '),
    );
    expect(new Set(runs).size).toBe(runs.length);
  });

  it('only ever moves a task that can move, and ends when nobody can', () => {
    const { ending, schedule } = drive(counter({ waits: true }), pct({ seed: 3, depth: 2, steps: 4 }));
    expect(ending).toBe('done');
    expect(schedule[0]).toBe('T0');
  });

  it.each([
    [{ seed: 0.5 }, 'Cannot use 0.5 as a seed as it must be a safe integer'],
    [{ depth: 0 }, 'Cannot use 0 as a depth as that must be a whole number from 1 to 1000'],
    [{ depth: 1e9 }, 'Cannot use 1000000000 as a depth as that must be a whole number from 1 to 1000'],
    [{ steps: 0 }, 'Cannot use 0 as a number of steps as that must be a whole number of 1 or more'],
    [{ steps: Number.NaN }, 'Cannot use NaN as a number of steps as that must be a whole number of 1 or more'],
  ])('refuses %o', (wrong, why) => {
    expect(() => pct({ seed: 1, depth: 2, steps: 10, ...wrong })).toThrow(new RangeError(why));
  });
});

describe('the bound of PCT', () => {
  it('is one in n times k to the power of depth less one', () => {
    expect(pctBound({ tasks: 3, steps: 40, depth: 1 })).toBe(1 / 3);
    expect(pctBound({ tasks: 3, steps: 40, depth: 2 })).toBe(1 / 120);
    expect(pctBound({ tasks: 3, steps: 40, depth: 4 })).toBe(1 / 192_000);
  });

  it.each([{ tasks: 0 }, { steps: 1.5 }, { depth: -1 }])('refuses %o', (wrong) => {
    expect(() => pctBound({ tasks: 2, steps: 10, depth: 2, ...wrong })).toThrow(RangeError);
  });
});
