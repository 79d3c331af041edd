import type { Extent, HuntStory, PctPromise, SimulatedRun } from '@custody/workbench';
import { type Asked, quoted, sizeWords } from './experiment-options.ts';
import { count, many } from './print.ts';

/** `1,250`, or in powers of ten what nobody counts. */
const large = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return 'more than 10^308';
  return value < 1e15 ? count(Math.round(value)) : value.toExponential(2).replace('e+', ' * 10^');
};

/** Three figures of a chance in percent, rounded down, as it is a least one. */
const percent = (chance: number): string => {
  const value = chance * 100;
  if (value < 1e-300) return '0 %';
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  // 5/100 is a little less than that in binary, and is not to become 4.99 %.
  const least = Math.floor(value / unit + 1e-9) * unit;
  return `${least < 1e-3 ? least.toExponential(2).replace('e-', ' * 10^-') : Number(least.toPrecision(3))} %`;
};

/** Repeats the run with that seed. */
const seedCommand = (asked: Asked, { scheduler }: HuntStory, seed: number, pct: PctPromise | null): string =>
  `custody simulate ${quoted(asked.variant)} ${asked.scenario}${sizeWords(asked)} --scheduler ${scheduler} --seed ${seed}` +
  `${pct === null ? '' : ` --depth ${pct.depth} --steps ${pct.steps}`} --runs 1`;

/** `19 steps with 5 context switches`. */
const extent = ({ steps, switches }: Extent): string =>
  `${many(steps, 'step')} with ${count(switches)} context switch${switches === 1 ? '' : 'es'}`;

/** What was tried, what was found, and what became of it. */
const storyLines = (hunt: HuntStory, pct: PctPromise | null, asked: Asked): string[] => {
  const { scheduler, seed, asked: most, runs, longest, cut, found } = hunt;
  const seeds = runs < 2 ? `seed ${seed}` : `seeds ${seed} to ${seed + runs - 1}`;
  const ends = cut === 0 ? '' : `; ${count(cut)} of them cut after ${many(longest, 'step')}`;
  const made = `  hunt: ${count(runs)} of at most ${many(most, 'run')} of ${scheduler}, ${seeds}${ends}`;
  if (found === null) return [`${made}: none shows a violation, which proves nothing; the last is kept`];
  const what = found.id === 'deadlock' ? 'a deadlock' : `${found.id} violated`;
  return [
    made,
    `    seed ${found.seed} shows ${what} after ${extent(found)}; shrunk to ${extent(found.shrunk)}`,
    `    see: ${seedCommand(asked, hunt, found.seed, pct)}`,
  ];
};

/** Whether the promise is kept: what it presumes can be seen broken, but not kept. */
const presumption = ({ steps, longest, holds }: PctPromise): string => {
  if (holds) {
    return (
      `presumed: no run has more than k steps (the longest made had ${count(longest)}), and each outcome of the ` +
      "kernel's own that the bug needs, such as T0!fail, is drawn"
    );
  }
  if (longest <= steps) return `NO SUCH BOUND HOLDS HERE: a run had no end, and was cut after ${many(longest, 'step')}`;
  return `NO SUCH BOUND HOLDS HERE: a run had ${many(longest, 'step')}, more than k; give --steps ${longest} or more`;
};

/** The bound of PCT, with its numbers and with what it presumes. */
const promiseLines = (pct: PctPromise): string[] => {
  const { depth, tasks, steps, measured, perRun, runs, atLeast } = pct;
  const source = measured === null ? 'as given' : `the longest of ${many(measured, 'run')} made to measure it`;
  const together = runs === 1 ? '' : `; ${count(runs)} runs find it with at least ${percent(atLeast)}, 1-(1-p)^${runs}`;
  return [
    `  pct: depth d = ${depth}, n = ${many(tasks, 'task')}, k = ${many(steps, 'step')} (${source})`,
    `    a run finds a bug that needs d orderings with at least p = 1/(n*k^(d-1)), 1 in ${large(1 / perRun)}${together}`,
    `    ${presumption(pct)}`,
    '    (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010)',
  ];
};

/** How a run was found, and what PCT promised; nothing where neither was asked for. */
export const huntLines = ({ hunt, pct }: Pick<SimulatedRun, 'hunt' | 'pct'>, asked: Asked): readonly string[] => [
  ...(hunt === null ? [] : storyLines(hunt, pct, asked)),
  ...(pct === null ? [] : promiseLines(pct)),
];
