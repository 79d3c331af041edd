import { describe, expect, it } from 'vitest';
import { comeAndGo, comeAndGoInOrder } from './fairness.ts';
import { bothStores, eachVariant, isThorough, scenario, variant } from './found.testing.ts';
import { expectSameWithout } from './reports.testing.ts';
import { type Scenario, scale } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/** One device more, and one claimer more, as far as it can be told with so many. */
const larger = (usual: Scenario): readonly Scenario[] => {
  const { scaled } = usual;
  if (scaled === undefined) return [];
  const { devices, claimers } = scaled.usual;
  return [
    ...(devices < scaled.devices[1] ? [scale(usual, { devices: devices + 1 })] : []),
    ...(claimers < scaled.claimers[1] ? [scale(usual, { claimers: claimers + 1 })] : []),
  ];
};

describe.each(eachVariant)('under %s the same is found with and without reductions', (id, variant) => {
  const turn = eachVariant.findIndex(([other]) => other === id);

  it.each([...scenarios, comeAndGo, comeAndGoInOrder].map((each) => [each.id, each] as const))('in %s', (_, each) => {
    const here = scenarios.indexOf(each) + turn;
    for (const [index, stores] of bothStores.entries()) {
      if (isThorough || (index + here) % 2 === 0) expectSameWithout(variant, each, stores);
    }
  });

  it('in larger sizes', () => {
    const sizes = scenarios.flatMap(larger).flatMap((each) => bothStores.map((stores) => ({ each, stores })));
    for (const [index, { each, stores }] of sizes.entries()) {
      if (isThorough || (index + turn) % 6 === 0) expectSameWithout(variant, each, stores);
    }
  });
});

it('each reduction leaves out some of the graph where two binds and a claim race with an unbind', () => {
  const four = scale(scenario('case-2a-i'), { devices: 4 });
  const [full, symmetry, ample, both] = expectSameWithout(variant('linux-6.1'), four).map(({ states }) => states);
  expect(symmetry).toBeLessThan(full as number);
  expect(ample).toBeLessThan(full as number);
  expect(both).toBeLessThan(Math.min(symmetry as number, ample as number));
});
