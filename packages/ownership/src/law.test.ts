import { type Action, drive, follow, random, type Scheduler } from '@custody/explore';
import { evolve, fold, type TraceEvent, type World, worldOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothStores, eachScenario, eachVariant } from './found.testing.ts';
import type { Stores } from './machine.ts';
import { modelOf, type OwnershipModel } from './model-of.ts';
import { narrator } from './narrator.ts';
import { type Scenario, scale } from './scenario.ts';
import type { Variant } from './variant.ts';

interface Edge {
  readonly to: number;
  readonly action: Action;
  readonly marks: readonly string[];
}

/** The states that a model can reach, by number, the first being 0. */
interface Graph {
  readonly worldOf: (state: number) => World;
  /** By the state that they leave. */
  readonly edges: readonly (readonly Edge[])[];
  /** No scenario here comes back to where it was: every state after those that it leads to. */
  readonly order: readonly number[];
}

const graphOf = (model: OwnershipModel): Graph => {
  const start = new Int32Array(model.words);
  const scratch = new Int32Array(model.words);
  model.initial(start, 0);
  const rows = [start];
  const known = new Map([[start.join(), 0]]);
  const edges: Edge[][] = [];
  for (let from = 0; from < rows.length; from += 1) {
    const own: Edge[] = [];
    model.successors(rows[from] as Int32Array, 0, scratch, (action, marks = []) => {
      const name = scratch.join();
      const to = known.get(name) ?? rows.length;
      own.push({ to, action, marks: [...marks] });
      if (to < rows.length) return;
      known.set(name, to);
      rows.push(scratch.slice());
    });
    edges.push(own);
  }
  return { worldOf: (state) => model.worldAt(rows[state] as Int32Array, 0), edges, order: lastFirst(edges) };
};

const lastFirst = (edges: readonly (readonly Edge[])[]): readonly number[] => {
  const order: number[] = [];
  const seen = new Set([0]);
  const way = [{ state: 0, next: 0 }];
  for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
    const edge = edges[here.state]?.[here.next];
    here.next += 1;
    if (edge === undefined) {
      order.push(here.state);
      way.pop();
    } else if (!seen.has(edge.to)) {
      seen.add(edge.to);
      way.push({ state: edge.to, next: 0 });
    }
  }
  return order;
};

/** Runs from the start, each with as many edges as can be that none before it took, until every edge is taken. */
function* runsOver({ edges, order }: Graph): Generator<readonly Edge[]> {
  const taken = new Set<Edge>();
  const most = new Int32Array(edges.length);
  const gain = (edge: Edge): number => (most[edge.to] as number) + (taken.has(edge) ? 0 : 1);
  for (;;) {
    for (const state of order) most[state] = Math.max(0, ...(edges[state] as readonly Edge[]).map(gain));
    if (most[0] === 0) return;
    const run: Edge[] = [];
    for (let state = 0; (most[state] as number) > 0; ) {
      const wanted = most[state];
      const edge = edges[state]?.find((candidate) => gain(candidate) === wanted) as Edge;
      run.push(edge);
      state = edge.to;
    }
    for (const edge of run) taken.add(edge);
    yield run;
  }
}

/** So many runs over a graph are enough for all but the largest; of those this is a sample. Infinity: every transition. */
const mostRuns = 24;

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

/** Each transition, on some run: what the narrator tells of it leads from the world before to the world after. */
const obeysEverywhere = (variant: Variant, scenario: Scenario, stores: Stores): void => {
  const model = modelOf(variant, scenario, stores);
  const projection = worldOf(model.topology);
  const graph = graphOf(model);
  const checked = new Set<Edge>();
  let runs = 0;
  for (const run of runsOver(graph)) {
    if (runs === mostRuns) return;
    runs += 1;
    const { arrivals, step } = narrator(variant, scenario, stores);
    let world = fold(projection, arrivals());
    if (runs === 1) expectSame(world, graph.worldOf(0));
    for (const edge of run) {
      const events = step(edge.action);
      world = events.reduce(evolve, world);
      if (checked.has(edge)) continue;
      checked.add(edge);
      expectSame(world, graph.worldOf(edge.to));
      expectSame(complains(events), edge.marks.includes('I14'));
      expectSame(probed(events), probeResults(events));
    }
  }
  expect(checked.size).toBe(graph.edges.flat().length);
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
        { numRuns: 8 },
      );
    },
  );
});
