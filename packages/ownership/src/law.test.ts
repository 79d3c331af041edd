import { type Action, drive, follow, type Model, random, type Scheduler } from '@custody/explore';
import { fold, type TraceEvent, type World, worldOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
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

interface Reached {
  readonly row: Int32Array;
  /** A shortest way there. */
  readonly path: readonly Action[];
}

/** Every transition of `model`, each from the state that it leaves, which was reached by a shortest way. */
const transitionsOf = (model: Model): readonly { readonly from: Reached; readonly to: Reached }[] => {
  const start = new Int32Array(model.words);
  const scratch = new Int32Array(model.words);
  model.initial(start, 0);
  const queue: Reached[] = [{ row: start, path: [] }];
  const known = new Set([start.join()]);
  const transitions: { from: Reached; to: Reached }[] = [];
  for (const from of queue) {
    model.successors(from.row, 0, scratch, (action) => {
      const to: Reached = { row: scratch.slice(), path: [...from.path, action] };
      transitions.push({ from, to });
      if (known.has(to.row.join())) return;
      known.add(to.row.join());
      queue.push(to);
    });
  }
  return transitions;
};

/** What the last step of `path` told. */
const toldLast = (variant: Variant, scenario: Scenario, path: readonly Action[]): readonly TraceEvent[] => {
  const { step } = narrator(variant, scenario);
  let told: readonly TraceEvent[] = [];
  for (const action of path) told = step(action);
  return told;
};

/** The errno that the step's ProbeReturned must have: only a step from `bind.probe` tells one. */
const probeResults = (told: readonly TraceEvent[]): readonly string[] =>
  told.flatMap((event) => {
    if (event.type !== 'StepTaken' || event.data.label !== 'bind.probe') return [];
    return event.data.outcome === 'fail' ? ['ENODEV'] : ['OK'];
  });

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

  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
    'the facts of each transition of %s lead from the state it leaves to the state it reaches',
    (_name, scenario) => {
      const model = modelOf(variant, scenario);
      const projection = worldOf(model.topology);
      const transitions = transitionsOf(model);
      expect(transitions).toHaveLength(exploreVariant(variant, scenario).transitions);
      for (const { from, to } of transitions) {
        const told = toldLast(variant, scenario, to.path);
        expect(fold(projection, told, model.worldAt(from.row, 0))).toEqual(model.worldAt(to.row, 0));
        expect(told.flatMap((event) => (event.type === 'ProbeReturned' ? [event.data.errno] : []))).toEqual(
          probeResults(told),
        );
      }
    },
  );
});
