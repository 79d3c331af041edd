import { describe, expect, it } from 'vitest';
import { type Expectation, expectations, type ScenarioExpectations } from './expectations.ts';
import { exploreVariant, type VariantReport } from './explore-variant.ts';
import type { Outcome } from './model-of.ts';
import { scenarios } from './scenarios/index.ts';
import { variants } from './variants/index.ts';

const endOf = ({ results, final, bug }: Outcome): string => {
  const returned = Object.values(results).map((errnos) => errnos.join(' ') || '-');
  const { owner, ownerCount, domain } = final;
  return `${returned.join(' / ')} -> ${owner ?? 'none'} ${ownerCount} ${domain}${bug === true ? ' BUG' : ''}`;
};

const violatedIn = ({ properties }: VariantReport): readonly string[] =>
  properties.filter(({ verdict }) => verdict === 'violated').map(({ id }) => id);

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const sentence = ({ violated, deadlock }: Expectation): string =>
  `breaks ${violated.length === 0 ? 'nothing' : listed(violated)}${deadlock === true ? ', and may deadlock' : ''}`;

describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('in %s', (id, scenario) => {
  const { otherwise, ...named } = expectations[id] as ScenarioExpectations;

  for (const variant of variants) {
    const expected = named[variant.id] ?? otherwise;

    it(`${variant.id} ${sentence(expected)}`, () => {
      const report = exploreVariant(variant, scenario);
      const why = `${variant.id} in ${id}, by ${expected.source}`;
      expect(report.complete, why).toBe(true);
      expect(violatedIn(report), why).toEqual(expected.violated);
      expect(report.deadlock !== null, why).toBe(expected.deadlock === true);
      if (expected.ends !== undefined)
        expect(report.outcomes.map(endOf).sort(), why).toEqual([...expected.ends].sort());
    });
  }
});

describe('the expectations', () => {
  it('are about every scenario, in order', () => {
    expect(Object.keys(expectations)).toEqual(scenarios.map(({ id }) => id));
  });

  it('name no variant that there is not', () => {
    const known = new Set(['otherwise', ...variants.map(({ id }) => id)]);
    for (const named of Object.values(expectations)) {
      expect(Object.keys(named).filter((id) => !known.has(id))).toEqual([]);
    }
  });
});
