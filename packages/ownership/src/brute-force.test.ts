import { noReduction } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { type BruteReport, bruteForce } from './brute-force.testing.ts';
import { isPlayable } from './brute-force-calls.testing.ts';
import { exploreVariant, type VariantReport } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { conflictsOf, type KnobName, type Knobs, knobNames, knobs } from './knobs.ts';
import { type Scenario, type ScriptedCall, type Size, scale, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { twisted, type Variant } from './variant.ts';
import { variants } from './variants/index.ts';

const judged = new Set(['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I12', 'I13']);
const sorted = (outcomes: readonly unknown[]): readonly string[] => outcomes.map((each) => JSON.stringify(each)).sort();

const foundByEngine = ({ states, transitions, deadlock, properties, outcomes }: VariantReport) => ({
  states,
  transitions,
  deadlock: deadlock?.steps ?? null,
  broken: Object.fromEntries(
    properties.flatMap(({ id, verdict, steps }) => (judged.has(id) && verdict !== 'holds' ? [[id, steps]] : [])),
  ),
  outcomes: sorted(outcomes),
});
const foundByForce = (report: BruteReport) => ({ ...report, outcomes: sorted(report.outcomes) });

const byEngine = (scheme: Variant, story: Scenario) =>
  foundByEngine(exploreVariant(scheme, story, { reduction: noReduction }));

/** What says something only of some calls, and of which; the other knobs may say something of any. */
const saidOf: Partial<Record<KnobName, readonly ScriptedCall['kind'][]>> = {
  readyToProbe: ['add'],
  typeGuard: ['store-type'],
  attachGuard: ['attach', 'detach'],
  iommuConfigures: ['configure'],
  lateDefaultDomain: ['set-default'],
};
const isSaidIn = (name: KnobName, { tasks, outside }: Scenario): boolean => {
  if (name === 'hotplugDomain') return outside !== undefined;
  return tasks.flat().some(({ kind }) => saidOf[name]?.includes(kind) ?? true);
};
const identityOf = ({ knobs: all }: Variant, story: Scenario): string =>
  knobNames
    .filter((name) => isSaidIn(name, story))
    .map((name) => all[name])
    .join(', ');

const forced = new Map<string, ReturnType<typeof foundByForce>>();
/** Variants that are alike in what is played here are played once. */
const byForce = (scheme: Variant, story: Scenario): ReturnType<typeof foundByForce> => {
  const played = twisted(scheme, story);
  const key = JSON.stringify([story.id, story.devices, story.tasks, identityOf(played, story)]);
  const known = forced.get(key) ?? foundByForce(bruteForce(played.knobs, story));
  forced.set(key, known);
  return known;
};

const everyScheme = <Found>(story: Scenario, find: (scheme: Variant, story: Scenario) => Found) =>
  Object.fromEntries(variants.map((scheme) => [scheme.id, find(scheme, story)]));

const playable = scenarios.filter(isPlayable);

describe('brute force', () => {
  it('finds the leak of S-15 in the 14 steps of domain/ownership.md §3, and none once every way out has its hook', () => {
    const story = scenario('fail-before-claim');
    expect(byForce(variant('robin-mail'), story).broken).toEqual({ I4: 5 + 3 + 3 + 3 });
    expect(byForce(variant('robin-repaired'), story).broken).toEqual({});
    expect(byForce(variant('linux-6.1'), story).broken).toEqual({});
  });

  it('finds the ABBA deadlock of S-34, where the walk takes a device_lock, and nowhere else', () => {
    const stuck = variants.filter((scheme) => byForce(scheme, scenario('lock-order-trap')).deadlock !== null);
    expect(stuck.map(({ id }) => id)).toEqual([
      'robin-sketch',
      'robin-mail',
      'robin-repaired',
      'notifier-cleanup-walk',
    ]);
  });

  it('finds the owner that robin-sketch loses (case 4.b), and the probe that notifier-claim cannot stop (V6b)', () => {
    expect(Object.keys(byForce(variant('robin-sketch'), scenario('case-4b')).broken)).toEqual(['I6', 'I3']);
    expect(Object.keys(byForce(variant('notifier-claim'), scenario('claim-in-notifier')).broken)).toEqual([
      'I1',
      'I6',
      'I9',
    ]);
  });

  it('finds the domain that a write to `type` takes from a driver (S-27), and the flag read through NULL (S-38)', () => {
    const own = scenario('store-type-vs-managed-attach');
    expect(byForce(variant('linux-6.12'), own).broken).toEqual({ I12: 2 });
    expect(byForce(variant('linux-6.1'), own).broken).toEqual({});
    const toctou = scenario('dev-driver-toctou');
    expect(Object.keys(byForce(variant('linux-6.15'), toctou).broken)).toContain('I13');
    expect(byForce(variant('linux-6.17'), toctou).broken).toEqual({});
  });

  it('plays every scenario under every variant', () => {
    expect(playable.length * variants.length).toBe(41 * 12);
  });
});

describe('brute force and the engine find the same states, transitions, outcomes and shortest witnesses', () => {
  it.each(playable.map(({ id }) => id))('in %s, under every variant', (id) => {
    const story = scenario(id);
    expect(everyScheme(story, byEngine)).toEqual(everyScheme(story, byForce));
  });

  it.each<[string, Size]>([
    ['case-1a', { devices: 3, claimers: 1 }],
    ['case-2a-i', { devices: 3, claimers: 0 }],
    ['double-unbind-hook-early', { devices: 2, claimers: 1 }],
    ['fail-before-claim', { devices: 2, claimers: 1 }],
    ['two-users-one-group', { devices: 3, claimers: 3 }],
    ['bind-into-live-group', { devices: 3, claimers: 0 }],
  ])('in %s with other people', (id, size) => {
    const story = scale(scenario(id), size);
    for (const scheme of ['series-v6', 'robin-sketch', 'robin-repaired', 'linux-6.12', 'notifier-claim'].map(variant))
      expect(byEngine(scheme, story), scheme.id).toEqual(byForce(scheme, story));
  });

  it('in a group of four, where the walk must go to its end', () => {
    const four: Scenario = {
      ...scenario('case-1a'),
      id: 'four-devices',
      devices: { A: 'nic', B: null, C: 'stub', D: 'nic' },
      tasks: [[unbind('A')], [unbind('D')]],
    };
    expect(everyScheme(four, byEngine)).toEqual(everyScheme(four, byForce));
  });

  it.each([
    'notifier-cleanup',
    'claim-in-notifier',
    'nested-claim',
    'late-group',
    'test-remove',
    'hotplug-into-owned',
    'store-type-race',
    'dev-driver-toctou',
  ])('in %s, under every scheme that is one knob away from a variant', (id) => {
    const story = scenario(id);
    for (const [name, scheme] of neighbours(story))
      expect(byEngine(scheme, story), name).toEqual(byForce(scheme, story));
  });
});

/** The schemes that differ in one knob from a variant, once each, by what they are. */
function neighbours(story: Scenario): ReadonlyMap<string, Variant> {
  const found = new Map<string, Variant>();
  for (const scheme of variants) {
    for (const name of knobNames.filter((each) => isSaidIn(each, story))) {
      for (const value of Object.keys(knobs[name].values)) {
        const all: Knobs = { ...scheme.knobs, [name]: value };
        if (all.claimSite === 'none' || conflictsOf(all).length > 0) continue;
        const neighbour = { ...scheme, knobs: all };
        found.set(identityOf(neighbour, story), neighbour);
      }
    }
  }
  return found;
}
