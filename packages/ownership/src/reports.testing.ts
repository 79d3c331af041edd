import { noReduction, parseSchedule, type Reduction } from '@custody/explore';
import { expect } from 'vitest';
import { exploreVariant, type VariantReport } from './explore-variant.ts';
import type { Stores } from './machine.ts';
import { modelOf } from './model-of.ts';
import type { Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';

const lengthOf = (schedule: string): number => parseSchedule(schedule).length;

/** What no reduction may change. */
const judged = ({ complete, bound, deadlock, properties, cases, unlisted, outcomes }: VariantReport) => ({
  complete,
  bound,
  deadlocks: deadlock !== null,
  verdicts: properties.map(({ id, verdict }) => `${id} ${verdict}`),
  cases: Object.entries(cases).map(([id, { reached, holds }]) => `${id} ${reached} ${holds}`),
  unlisted: unlisted.map(({ says }) => says).sort(),
  outcomes,
});

/** How long every schedule is, by what it shows. */
const lengths = ({ deadlock, properties, cases, unlisted }: VariantReport): ReadonlyMap<string, number> =>
  new Map([
    ...(deadlock === null ? [] : [['deadlock', lengthOf(deadlock.schedule)] as const]),
    ...properties.flatMap(({ id, schedule }) => (schedule === null ? [] : [[id, lengthOf(schedule)] as const])),
    ...Object.entries(cases).flatMap(([id, { witness }]) =>
      witness === null ? [] : [[`case ${id}`, lengthOf(witness)] as const],
    ),
    ...unlisted.map(({ says, witness }) => [says, lengthOf(witness)] as const),
  ]);

const isAsShort = (full: VariantReport, reduced: VariantReport): boolean => {
  const shortest = lengths(full);
  const { shortestTo } = reduced;
  return [...lengths(reduced)].every(([what, length]) => {
    const least = shortest.get(what) ?? Number.NaN;
    return shortestTo === null || length <= shortestTo ? length === least : length >= least;
  });
};

const hasFound = (report: VariantReport): boolean => lengths(report).size > 0;

const reductions: readonly Reduction[] = [
  { symmetry: true, ample: false },
  { symmetry: false, ample: true },
  { symmetry: true, ample: true },
];

/** With each reduction the same is found as in the full graph; ample sets are used, gain or no gain. */
export const expectSameWithout = (
  variant: Variant,
  scenario: Scenario,
  stores: Stores = 'sc',
): readonly VariantReport[] => {
  const hasAlike = (modelOf(variant, scenario, stores).symmetry?.groups.length ?? 0) > 0;
  const full = exploreVariant(variant, scenario, { stores, reduction: noReduction });
  const reduced: VariantReport[] = [];
  for (const reduction of reductions) {
    if (reduction.symmetry && !hasAlike) continue; // without anything alike it is the same again
    const report = exploreVariant(variant, scenario, { stores, reduction, leastGain: 0 });
    if (report.reduction.ample && hasFound(report)) {
      // The search for shortest ways would find what the reduced one has missed.
      const alone = exploreVariant(variant, scenario, { stores, reduction, leastGain: 0, exactStates: 1 });
      expect(judged(alone), `${variant.id} ${scenario.id} ${stores}`).toEqual(judged(full));
    }
    reduced.push(report);
    const why = `${variant.id} ${scenario.id} ${stores} ${JSON.stringify(report.reduction)}`;
    expect(judged(report), why).toEqual(judged(full));
    expect(isAsShort(full, report), `${why}: ${[...lengths(report)]} against ${[...lengths(full)]}`).toBe(true);
    expect(report.states, why).toBeLessThanOrEqual(full.states);
    if (!report.reduction.ample) expect(report.shortestTo, why).toBe(null);
  }
  return [full, ...reduced];
};
