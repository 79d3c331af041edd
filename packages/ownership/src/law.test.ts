import { drive, follow, random, type Scheduler } from '@custody/explore';
import { fold, type TraceEvent, type World, worldOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelOf } from './model-of.ts';
import { narrator } from './narrator.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import type { Variant } from './variant.ts';
import { variants } from './variants/index.ts';

interface Pair {
  readonly told: World;
  readonly reached: World;
}

/** At the start and after every step: the world that the facts tell of, and the one that the explorer reached. */
const worldsOf = (variant: Variant, scenario: Scenario, scheduler: Scheduler): readonly Pair[] => {
  const model = modelOf(variant, scenario);
  const { arrivals, step } = narrator(variant, scenario);
  const projection = worldOf(model.topology);
  const start = new Int32Array(model.words);
  model.initial(start, 0);
  let told = fold(projection, arrivals());
  const pairs: Pair[] = [{ told, reached: model.worldAt(start, 0) }];
  const take = (events: readonly TraceEvent[]): World => {
    told = fold(projection, events, told);
    return told;
  };
  drive(model, scheduler, {
    onStep: (action, states, at) => pairs.push({ told: take(step(action)), reached: model.worldAt(states, at) }),
  });
  return pairs;
};

const obeyed = (pairs: readonly Pair[]): void => {
  for (const { told, reached } of pairs) expect(told).toEqual(reached);
};

const name = fc.constantFrom('T0', 'T1', 'T2', 'T0!fail', 'T1!fail');

describe.each(variants.map((variant) => [variant.id, variant] as const))('one meaning per step, %s', (_id, variant) => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
    'the facts of any run of %s fold to the states of the explorer',
    (_name, scenario) => {
      fc.assert(
        fc.property(fc.integer(), (seed) => obeyed(worldsOf(variant, scenario, random(seed)))),
        { numRuns: 60 },
      );
      fc.assert(
        fc.property(fc.array(name, { maxLength: 60 }), (schedule) =>
          obeyed(worldsOf(variant, scenario, follow(schedule))),
        ),
        { numRuns: 40 },
      );
    },
  );
});
