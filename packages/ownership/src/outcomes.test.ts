import { noReduction } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { exploreVariant, type VariantReport } from './explore-variant.ts';
import { variant } from './found.testing.ts';
import { bind, claim, type Scenario } from './scenario.ts';

const tale = { id: 'own', title: 'of one’s own', tags: [] };

/** Two bind, beside a device through which a user has the group. */
const beside = (owner: string): Scenario => ({
  ...tale,
  devices: { A: null, B: null, V: 'vfio' },
  owner,
  tasks: [[bind('A', 'nic')], [bind('B', 'nic')]],
});
const ownersIn = ({ outcomes }: VariantReport): ReadonlySet<string | null> =>
  new Set(outcomes.map(({ final }) => final.owner));

describe('of those that are alike, an outcome', () => {
  it('names the owner that it has, though it be called after one of the tasks', () => {
    const report = exploreVariant(variant('linux-6.1'), beside('user:T0'));
    expect(report.alike).toEqual([[['T0'], ['T1']]]);
    expect(ownersIn(report)).toEqual(new Set(['user:T0']));
  });

  it('names each of the users, whatever they are called', () => {
    const scenario: Scenario = {
      ...tale,
      devices: { V: 'vfio' },
      owner: null,
      tasks: [[claim('ada', 'V')], [claim('grace', 'V')]],
    };
    const report = exploreVariant(variant('linux-6.1'), scenario);
    expect(ownersIn(report)).toEqual(new Set(['ada', 'grace']));
    expect(report.outcomes).toEqual(
      exploreVariant(variant('linux-6.1'), scenario, { reduction: noReduction }).outcomes,
    );
  });
});
