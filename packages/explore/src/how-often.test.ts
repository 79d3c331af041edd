import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';
import { type Edge, edgesModel } from './edges.testing.ts';
import { explore } from './explore.ts';
import { howOften } from './how-often.ts';
import { actionOf, type Model } from './model.ts';
import { referenceModel } from './reference-model.testing.ts';
import type { Schedule } from './schedule.ts';
import { follow } from './schedulers/follow.ts';

const hit = ['hit'];
const isHit = ({ marks = [] }: Edge): boolean => marks.includes('hit');

describe('how often a mark can happen', () => {
  it('is never when no transition carries it', () => {
    expect(howOften(edgesModel([{ from: 0, to: 1 }]), 'hit')).toEqual({
      states: 2,
      transitions: 1,
      complete: true,
      times: 0,
      schedule: [],
      loop: null,
    });
  });

  it('is counted on the best run, and that run is a shortest one', () => {
    const model = edgesModel([
      { from: 0, to: 1 },
      { from: 1, to: 3, marks: hit },
      { from: 0, to: 2, marks: ['other', 'hit'] },
      { from: 2, to: 1 },
      { from: 2, to: 4 },
      { from: 4, to: 1 },
    ]);
    expect(howOften(model, 'hit')).toMatchObject({ times: 2, schedule: ['T2', 'T3', 'T1'], loop: null });
  });

  it('is not changed by a loop that does not carry it', () => {
    const model = edgesModel([
      { from: 0, to: 1, marks: hit },
      { from: 1, to: 0, marks: ['other'] },
      { from: 1, to: 2, marks: hit },
    ]);
    expect(howOften(model, 'other').times).toBeNull();
    const straight = edgesModel([
      { from: 0, to: 1 },
      { from: 1, to: 0 },
      { from: 1, to: 2, marks: hit },
      { from: 2, to: 2 },
    ]);
    expect(howOften(straight, 'hit')).toMatchObject({ times: 1, schedule: ['T0', 'T2'] });
  });

  it('has no limit when it lies on a loop, and the loop is shown with the way to it', () => {
    const model = edgesModel([
      { from: 0, to: 1 },
      { from: 1, to: 2, marks: hit },
      { from: 2, to: 3 },
      { from: 3, to: 1 },
      { from: 2, to: 1 },
    ]);
    expect(howOften(model, 'hit')).toMatchObject({ times: null, schedule: ['T0'], loop: ['T1', 'T4'] });
  });

  it('has no limit when a transition leads from a state to itself', () => {
    expect(howOften(edgesModel([{ from: 0, to: 0, marks: hit }]), 'hit')).toMatchObject({ schedule: [], loop: ['T0'] });
  });

  it('counts the states and transitions that the explorer counts', () => {
    const model = referenceModel('R1', { devices: 2, claimers: 1 });
    const { schedule, ...counts } = howOften(model, 'quiescence');
    expect(counts).toEqual({ states: 2600, transitions: 6041, complete: true, times: 1, loop: null });
    expect(schedule).toEqual(explore(model, []).marks.get('quiescence'));
  });

  /** Counts from 0 to `length`, each step marked. */
  const line = (length: number): Model => ({
    ...edgesModel([]),
    successors: (states, from, scratch, emit) => {
      const next = (states[from] as number) + 1;
      if (next > length) return;
      scratch[0] = next;
      emit(actionOf(0), hit);
    },
  });

  it('is found on a run of 100,000 steps too', () => {
    const { times, schedule } = howOften(line(100_000), 'hit');
    expect([times, schedule.length]).toEqual([100_000, 100_000]);
  });

  it('is what was found so far when a bound stops the search', () => {
    expect(howOften(line(9), 'hit', { maxStates: 4 })).toMatchObject({ states: 4, complete: false, times: 3 });
    const late = howOften(line(9_000), 'hit', { deadline: () => true });
    expect(late).toMatchObject({ complete: false, times: 1023 });
    expect(howOften(line(9), 'hit', { maxStates: 10 })).toMatchObject({ complete: true, times: 9 });
  });

  it('refuses a bound that is no number of states', () => {
    expect(() => howOften(line(1), 'hit', { maxStates: 0.5 })).toThrow(RangeError);
  });
});

/** Every way from `from` that meets no state twice, by brute force; the last state may be the first one again. */
const simpleWays = (edges: readonly Edge[], from: number, met: readonly number[] = [from]): (readonly Edge[])[] => [
  [],
  ...edges
    .filter((edge) => edge.from === from)
    .flatMap((edge) => {
      if (edge.to === met[0]) return [[edge]];
      if (met.includes(edge.to)) return [];
      return simpleWays(edges, edge.to, [...met, edge.to]).map((rest) => [edge, ...rest]);
    }),
];

const shortest = (ways: readonly (readonly Edge[])[]): number => Math.min(...ways.map(({ length }) => length));
const hitsOf = (way: readonly Edge[]): number => way.filter(isHit).length;

/** What the model does when it follows `schedule` to the letter: how many hits, and the state at the end. */
const replayed = (model: Model, schedule: Schedule): { hits: number; state: number } => {
  let [hits, state] = [0, 0];
  const run = drive(model, follow(schedule, { strict: true }), {
    onStep: (_action, states, at, marks) => {
      if (marks.includes('hit')) hits += 1;
      state = states[at] as number;
    },
  });
  expect(run.schedule).toEqual(schedule);
  return { hits, state };
};

const anyEdges = fc.array(
  fc.record({
    from: fc.nat(4),
    to: fc.nat(4),
    marks: fc.constantFrom<readonly string[]>([], [], hit, ['other', 'hit']),
  }),
  { maxLength: 9 },
);

/** Edges only towards higher states: no loops. */
const forwardEdges = anyEdges.map((edges) =>
  edges
    .filter(({ from, to }) => from !== to)
    .map((edge) => ({
      ...edge,
      from: Math.min(edge.from, edge.to),
      to: Math.max(edge.from, edge.to),
    })),
);

describe.each([
  ['any', anyEdges],
  ['loopless', forwardEdges],
])('how often a mark can happen in %s small graphs', (_name, graphs) => {
  it('is what brute force finds', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const model = edgesModel(edges);
        const { times, schedule, loop } = howOften(model, 'hit');
        const ways = simpleWays(edges, 0);
        const reached = [0, 1, 2, 3, 4].filter((state) => state === 0 || ways.some((way) => way.at(-1)?.to === state));
        const loops = reached.flatMap((state) =>
          simpleWays(edges, state).filter((way) => way.at(-1)?.to === state && hitsOf(way) > 0),
        );
        const first = replayed(model, schedule);

        expect(times === null).toBe(loops.length > 0);
        if (times === null) {
          const both = replayed(model, [...schedule, ...(loop ?? [])]);
          expect(both.state).toBe(first.state);
          expect(both.hits).toBeGreaterThan(first.hits);
          const starts = loops.flatMap(([edge]) => (edge !== undefined && isHit(edge) ? [edge.from] : []));
          const to = (state: number) => (state === 0 ? 0 : shortest(ways.filter((way) => way.at(-1)?.to === state)));
          expect(schedule).toHaveLength(Math.min(...starts.map(to)));
        } else {
          expect(loop).toBeNull();
          expect(times).toBe(Math.max(...ways.map(hitsOf)));
          expect(first.hits).toBe(times);
          expect(schedule).toHaveLength(shortest(ways.filter((way) => hitsOf(way) === times)));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
