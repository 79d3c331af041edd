import { comeAndGo, modelOf, type OwnershipModel } from '@custody/ownership';
import { describe, expect, it } from 'vitest';
import { findScenario, findVariant } from './experiment.ts';
import { planPct, promiseOf } from './pct-promise.ts';

const model = (variant: string, scenario: string) => modelOf(findVariant(variant), findScenario(scenario));

/** The most steps of a run, over all runs: the longest way through the states, none of which comes again. */
const longestRun = ({ words, initial, successors }: OwnershipModel): number => {
  const known = new Map<string, number>();
  const from = (state: Int32Array): number => {
    const key = state.join();
    const next: Int32Array[] = [];
    const scratch = new Int32Array(words);
    if (!known.has(key)) successors(state, 0, scratch, () => next.push(scratch.slice()));
    const steps = known.get(key) ?? Math.max(0, ...next.map((one) => 1 + from(one)));
    known.set(key, steps);
    return steps;
  };
  const start = new Int32Array(words);
  initial(start, 0);
  return from(start);
};

describe('what PCT promises', () => {
  const plan = { depth: 3, tasks: 2, steps: 20, measured: null };

  it('of one run is one in n times k squared for three orderings, of many runs more', () => {
    expect(promiseOf(plan, { runs: 1, longest: 20, isCut: false })).toMatchObject({ perRun: 0.00125, holds: true });
    // 1 - (799/800)^100, by bc.
    expect(promiseOf(plan, { runs: 100, longest: 20, isCut: false }).atLeast).toBeCloseTo(0.1175720972964705, 15);
  });

  it('of few runs at a great depth is not lost in rounding', () => {
    const deep = promiseOf({ ...plan, depth: 10, tasks: 3, steps: 1000 }, { runs: 5, longest: 9, isCut: false });
    expect(deep.atLeast / (5 / 3e27)).toBeCloseTo(1, 12);
  });

  it('of a single task with a single ordering is certain', () => {
    const sure = promiseOf({ ...plan, depth: 1, tasks: 1 }, { runs: 7, longest: 9, isCut: false });
    expect(sure).toMatchObject({ perRun: 1, atLeast: 1 });
  });

  it('is nothing when a run was longer than k, or was cut', () => {
    expect(promiseOf(plan, { runs: 9, longest: 21, isCut: false }).holds).toBe(false);
    expect(promiseOf(plan, { runs: 9, longest: 20, isCut: true }).holds).toBe(false);
  });
});

describe('k', () => {
  it.each([
    ['robin-mail', 'fail-before-claim'],
    ['linux-6.1', 'fail-before-claim'],
    ['linux-6.1', 'case-1a'],
    ['vfio-viability', 'bind-into-live-group'],
  ])('is measured as the longest of a few runs, in %s %s the longest there is', (variant, scenario) => {
    const measured = planPct(model(variant, scenario), { depth: 3 });
    expect(measured).toMatchObject({ depth: 3, measured: 65 });
    expect(measured.steps).toBe(longestRun(model(variant, scenario)));
  });

  it('is what is given, and then no run is made for it', () => {
    expect(planPct(model('robin-mail', 'fail-before-claim'), { depth: 1, steps: 7 })).toEqual({
      depth: 1,
      tasks: 2,
      steps: 7,
      measured: null,
    });
  });

  it('is where the first run was cut when runs have no end', () => {
    const endless = modelOf(findVariant('linux-6.1'), comeAndGo);
    expect(planPct(endless, { depth: 3 })).toMatchObject({ tasks: 3, steps: 10_000, measured: 1 });
  });

  it.each([
    [{ depth: 0 }, 'Cannot use 0 as a depth'],
    [{ depth: 1001 }, 'Cannot use 1001 as a depth'],
    [{ depth: 3, steps: 0 }, 'Cannot use 0 as a number of steps'],
    [{ depth: 3, steps: 10_001 }, 'Cannot use 10001 as the most steps of a run'],
  ])('is refused, or the depth is: %o', (wrong, why) => {
    expect(() => planPct(model('linux-6.1', 'case-1a'), wrong)).toThrow(why);
  });
});
