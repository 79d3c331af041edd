import { type Action, drive, follow, noReduction, random, type Scheduler } from '@custody/explore';
import { evolve, fold, type TraceEvent, worldOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { bothStores, eachScenario, eachVariant } from './found.testing.ts';
import type { Stores } from './machine.ts';
import { modelOf } from './model-of.ts';
import { narrator } from './narrator.ts';
import { type Scenario, scale } from './scenario.ts';
import type { Variant } from './variant.ts';

const isSame = (one: unknown, other: unknown): boolean => {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const [mine, theirs] = [Object.entries(one), new Map(Object.entries(other))];
  if (mine.length !== theirs.size || Array.isArray(one) !== Array.isArray(other)) return false;
  return mine.every(([key, value]) => theirs.has(key) && isSame(value, theirs.get(key)));
};

/** As `expect(told).toEqual(meant)`, which is slow and so asked only when it fails. */
const expectSame = (told: unknown, meant: unknown): void => {
  if (!isSame(told, meant)) expect(told).toEqual(meant);
};

/** The errno that the step's ProbeReturned must have: only a step from `bind.probe` tells one. */
const probeResults = (events: readonly TraceEvent[]): readonly string[] =>
  events.flatMap((event) => {
    if (event.type !== 'StepTaken' || event.data.label !== 'bind.probe' || event.data.outcome === 'visible') return [];
    return [{ fail: 'ENODEV', defer: 'EPROBE_DEFER' }[event.data.outcome ?? ''] ?? 'OK'];
  });
const probed = (events: readonly TraceEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'ProbeReturned' ? [event.data.errno] : []));
const complains = (events: readonly TraceEvent[]): boolean =>
  events.some(({ type }) => type === 'WarningRaised' || type === 'BugHit');

/** Each transition: what the narrator tells of it leads from the world before it to the world after it. */
const obeysEverywhere = (variant: Variant, scenario: Scenario, stores: Stores): void => {
  const model = modelOf(variant, scenario, stores);
  const { arrivals, goTo, step } = narrator(variant, scenario, stores);
  const start = new Int32Array(model.words);
  const scratch = new Int32Array(model.words);
  model.initial(start, 0);
  expectSame(fold(worldOf(model.topology), arrivals()), model.worldAt(start, 0));
  const rows: Int32Array[] = [start];
  const known = new Set([start.join()]);
  for (const row of rows) {
    const before = model.worldAt(row, 0);
    const reached: { readonly action: Action; readonly to: Int32Array; readonly marks: readonly string[] }[] = [];
    model.successors(row, 0, scratch, (action, marks = []) => {
      reached.push({ action, to: scratch.slice(), marks: [...marks] });
    });
    for (const { action, to, marks } of reached) {
      goTo(row, 0);
      const events = step(action);
      expectSame(events.reduce(evolve, before), model.worldAt(to, 0));
      expectSame(complains(events), marks.includes('I14'));
      expectSame(probed(events), probeResults(events));
      if (known.has(to.join())) continue;
      known.add(to.join());
      rows.push(to);
    }
  }
  expect(rows).toHaveLength(exploreVariant(variant, scenario, { stores, reduction: noReduction }).states);
};

const obeysOn = (variant: Variant, scenario: Scenario, stores: Stores, scheduler: Scheduler): void => {
  const model = modelOf(variant, scenario, stores);
  const { arrivals, step } = narrator(variant, scenario, stores);
  let world = fold(worldOf(model.topology), arrivals());
  drive(model, scheduler, {
    onStep: (action, states, at) => {
      world = step(action).reduce(evolve, world);
      expectSame(world, model.worldAt(states, at));
    },
  });
};

const name = fc.constantFrom('T0', 'T1', 'T2', 'T0!fail', 'T1!fail', 'T0!visible', 'T1!visible');

describe.each(eachVariant)('one meaning per step, %s', (_id, variant) => {
  it.each(eachScenario)(
    'the facts of each transition of %s lead from the state it leaves to the state it reaches',
    (_name, scenario) => {
      for (const stores of bothStores) obeysEverywhere(variant, scenario, stores);
    },
  );

  it.each(eachScenario.filter(([, { scaled }]) => scaled !== undefined))(
    'the facts of any run of %s fold to the states of the explorer, with more devices and claimers too',
    (_name, scenario) => {
      const { devices, claimers } = scenario.scaled ?? { devices: [1, 1], claimers: [0, 0] };
      const size = fc.record({
        devices: fc.integer({ min: devices[0], max: devices[1] }),
        claimers: fc.integer({ min: claimers[0], max: claimers[1] }),
      });
      const scheduler = fc.oneof(
        fc.integer().map(random),
        fc.array(name, { maxLength: 60 }).map((schedule) => follow(schedule)),
      );
      fc.assert(
        fc.property(size, fc.constantFrom(...bothStores), scheduler, (wanted, stores, chosen) =>
          obeysOn(variant, scale(scenario, wanted), stores, chosen),
        ),
        { numRuns: 4 },
      );
    },
  );
});
