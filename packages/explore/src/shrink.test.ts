import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counter } from './counter.testing.ts';
import { drive } from './drive.ts';
import { type Edge, edgesModel } from './edges.testing.ts';
import { explore } from './explore.ts';
import { hunt } from './hunt.ts';
import type { Model } from './model.ts';
import type { Property } from './property.ts';
import { referenceModel } from './reference-model.testing.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import type { Scheduler } from './scheduler.ts';
import { follow, meant } from './schedulers/follow.ts';
import { pct } from './schedulers/pct.ts';
import { random } from './schedulers/random.ts';
import { roundRobin } from './schedulers/round-robin.ts';
import { carries, deadlocks, type Shows, violates } from './shows.ts';
import { contextSwitches, shrink } from './shrink.ts';

/** Passes over what does not fit, and stops where the schedule does. */
const passingOver = (schedule: Schedule): Scheduler => ({
  name: 'passing over',
  start: () => {
    const rest = [...schedule];
    return (moment) => {
      for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
        const action = meant(moment, name);
        if (typeof action === 'number') return { action };
      }
      return { action: null };
    };
  },
});

/** After how many steps the run first shows it; null when it never does. */
const shownAfter = (model: Model, scheduler: Scheduler, shows: Shows, maxSteps = 1000): number | null => {
  const start = new Int32Array(model.words);
  model.initial(start, 0);
  let shown = shows({ action: null, states: start, at: 0, marks: [] }) ? 0 : null;
  let steps = 0;
  drive(model, scheduler, {
    maxSteps,
    onStep: (action, states, at, marks) => {
      steps += 1;
      if (shown === null && shows({ action, states, at, marks })) shown = steps;
    },
  });
  return shown;
};

const isBoth: Property = {
  kind: 'always',
  name: 'T1 has not failed while T0 is at 1',
  holds: (states, at) => !(states[at] === 1 && states[at + 1] === 10),
};

describe('shrinking a schedule', () => {
  it('leaves out what is not needed, and all that comes after', () => {
    const property: Property = { kind: 'always', name: 'T1 never fails', holds: (states, at) => states[at + 1] !== 10 };
    expect(shrink(counter(), ['T0', 'T1!fail', 'T0'], violates(property))).toEqual(['T1!fail']);
  });

  it('ends where it first shows', () => {
    expect(shrink(counter(), ['T0', 'T1!fail', 'T0'], violates(isBoth))).toEqual(['T0', 'T1!fail']);
  });

  it('comes to nothing when nobody has to move', () => {
    expect(shrink(counter(), ['T0'], () => true)).toEqual([]);
  });

  it('passes over what does not fit, in the schedule too', () => {
    expect(shrink(counter(), ['T9', 'T0!fail', 'T0', 'T1!fail'], violates(isBoth))).toEqual(['T0', 'T1!fail']);
  });

  it('says by name what was done, where a bare name meant the only thing that could be', () => {
    const property: Property = { kind: 'always', name: 'T0 stays', holds: (states, at) => states[at] !== 1 };
    expect(shrink(counter({ fails: true }), ['T0'], violates(property))).toEqual(['T0!fail']);
  });

  it('leaves out a detour that leads back to where it began', () => {
    const model = edgesModel([
      { from: 0, to: 1, task: 0 },
      { from: 1, to: 2, task: 0 },
      { from: 2, to: 0, task: 0 },
      { from: 1, to: 3, task: 1, marks: ['there'] },
      { from: 2, to: 4, task: 1 },
    ]);
    expect(shrink(model, parseSchedule('T0*4 T1'), carries('there'))).toEqual(['T0', 'T1']);
  });

  it('moves the steps of one task together where the order does not matter', () => {
    const done: Property = { kind: 'sometimes', name: 'all done', holds: counter().isDone };
    expect(shrink(counter(), ['T0', 'T1', 'T0', 'T1'], violates(done))).toEqual(['T0', 'T0', 'T1', 'T1']);
  });

  it('leaves out steps of one task that only go together, with needed ones of another between them', () => {
    const model = edgesModel([
      { from: 0, to: 1, task: 0 },
      { from: 1, to: 2, task: 1 },
      { from: 2, to: 3, task: 0 },
      { from: 3, to: 4, task: 1, marks: ['there'] },
      { from: 0, to: 5, task: 1 },
      { from: 5, to: 6, task: 1, marks: ['there'] },
      { from: 5, to: 7, task: 0 },
    ]);
    expect(shrink(model, ['T0', 'T1', 'T0', 'T1'], carries('there'))).toEqual(['T1', 'T1']);
  });

  it('tries again what could not be left out before something else was', () => {
    const model = edgesModel([
      { from: 0, to: 6, task: 2 },
      { from: 6, to: 2, task: 1 },
      { from: 0, to: 2, task: 1 },
      { from: 2, to: 5, task: 2 },
      { from: 5, to: 7, task: 0 },
      { from: 0, to: 7, task: 0 },
      { from: 6, to: 0, task: 0 },
      { from: 7, to: 9, task: 2, marks: ['there'] },
    ]);
    expect(shrink(model, ['T2', 'T1', 'T2', 'T0', 'T2'], carries('there'))).toEqual(['T0', 'T2']);
  });

  it('keeps the switches that matter', () => {
    const model = edgesModel([
      { from: 0, to: 1, task: 0 },
      { from: 1, to: 2, task: 1 },
      { from: 2, to: 3, task: 0, marks: ['there'] },
    ]);
    expect(shrink(model, ['T0', 'T1', 'T0'], carries('there'))).toEqual(['T0', 'T1', 'T0']);
  });

  it('keeps what a deadlock needs, a cycle of waiters and a standstill', () => {
    const model = referenceModel('R4', { devices: 2, claimers: 1 });
    const { schedule, ending } = drive(model, random(1));
    expect(ending).toBe('deadlock');
    expect(shrink(model, schedule, deadlocks(model))).toHaveLength(explore(model, []).deadlock?.schedule.length ?? 0);
    const still = edgesModel([
      { from: 0, to: 0, task: 0 },
      { from: 0, to: 1, task: 1 },
    ]);
    expect(shrink(still, ['T0', 'T0', 'T1'], deadlocks(still))).toEqual(['T1']);
  });

  it('refuses a schedule that does not show it', () => {
    expect(() => shrink(counter(), ['T0', 'T1'], violates(isBoth))).toThrow(
      new RangeError(
        'Cannot shrink the schedule of 2 steps as it does not show what is looked for: give the steps that a run has in fact made',
      ),
    );
  });
});

describe('context switches', () => {
  it('are where another task moves than before, whatever the outcomes', () => {
    expect(contextSwitches([])).toBe(0);
    expect(contextSwitches(parseSchedule('T0*3 T0!fail T1 T10 T1'))).toBe(3);
  });
});

/** A run in which something shows. */
interface Shown {
  readonly model: Model;
  readonly schedule: Schedule;
  readonly shows: Shows;
}

/** What must be true of everything shrunk; each schedule is followed anew, from the start. */
const expectShrunk = ({ model, schedule, shows }: Shown): void => {
  const shrunk = shrink(model, schedule, shows);
  const strictly = drive(model, follow(shrunk, { strict: true }));
  expect(strictly.parted).toBeUndefined();
  expect(strictly.schedule).toEqual(shrunk);
  expect(shownAfter(model, follow(shrunk, { strict: true }), shows)).toBe(shrunk.length);
  expect(shrunk.length).toBeLessThanOrEqual(schedule.length);
  expect(contextSwitches(shrunk)).toBeLessThanOrEqual(contextSwitches(schedule));
  for (const [step] of shrunk.entries()) {
    expect(shownAfter(model, passingOver(shrunk.toSpliced(step, 1)), shows)).toBeNull();
  }
  expect(shrink(model, shrunk, shows)).toEqual(shrunk);
};

const edge: fc.Arbitrary<Edge> = fc.record({
  from: fc.integer({ min: 0, max: 7 }),
  to: fc.integer({ min: 0, max: 7 }),
  task: fc.integer({ min: 0, max: 3 }),
  marks: fc.constantFrom([], [], [], ['mark']),
});
const target: Property = { kind: 'always', name: 'never at 7', holds: (states, at) => states[at] !== 7 };
const isLate: Property = { kind: 'always', name: 'never done', holds: (states, at) => !counter().isDone(states, at) };

const ranAtRandom = (model: Model, seed: number, maxSteps: number): Schedule =>
  drive(model, random(seed), { maxSteps }).schedule;

describe('whatever is shrunk', () => {
  it('shows still, in no more steps or switches, each of them needed: on models drawn at random', () => {
    let shown = 0;
    fc.assert(
      fc.property(
        fc.array(edge, { minLength: 6, maxLength: 24 }),
        fc.integer(),
        fc.constantFrom('state', 'mark', 'deadlock'),
        (edges, seed, what) => {
          const model = edgesModel(edges);
          const shows = { state: violates(target), mark: carries('mark'), deadlock: deadlocks(model) }[what];
          const schedule = ranAtRandom(model, seed, 30);
          if (shownAfter(model, passingOver(schedule), shows) === null) return;
          shown += 1;
          expectShrunk({ model, schedule, shows });
        },
      ),
      { numRuns: 400 },
    );
    // Otherwise nothing was tested.
    expect(shown).toBeGreaterThan(100);
  });

  it('shows still, in no more steps or switches, each of them needed: on the counter', () => {
    const names = fc.constantFrom('T0', 'T1', 'T1!fail', 'T0!fail', 'T2');
    fc.assert(
      fc.property(
        fc.array(names, { maxLength: 12 }),
        fc.record({ waits: fc.boolean(), fails: fc.boolean() }),
        fc.constantFrom(isBoth, isLate),
        (schedule, options, property) => {
          const model = counter(options);
          const shows = violates(property);
          fc.pre(shownAfter(model, passingOver(schedule), shows) !== null);
          expectShrunk({ model, schedule, shows });
        },
      ),
    );
  });

  it('shows still, in no more steps or switches, each of them needed: on the reference model', () => {
    const broken: readonly [Parameters<typeof referenceModel>[0], string][] = [
      ['R2', 'quiescence'],
      ['R3', 'consistent'],
      ['R3', 'count'],
      ['R4', 'deadlock'],
      ['R5', 'consistent'],
      ['R5', 'quiescence'],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...broken), fc.integer(), ([variant, name], seed) => {
        const model = referenceModel(variant, { devices: 2, claimers: 1 });
        const { found } = hunt(model, [], (run) => random(seed + run), {
          runs: 300,
          marks: [name],
          isWanted: (wanted) => wanted === name,
        });
        fc.pre(found !== null);
        // As the whole run went on, not cut where it first showed.
        const { schedule } = drive(model, random(seed + found.run));
        expectShrunk({ model, schedule, shows: found.shows });
      }),
      { numRuns: 30 },
    );
  });

  it('does not depend on what was shrunk before', () => {
    const model = referenceModel('R2', { devices: 2, claimers: 1 });
    const shrunk = [1, 1].map(() => {
      const { found } = hunt(model, [], (seed) => random(seed), { runs: 300, marks: ['quiescence'] });
      return shrink(model, found?.schedule ?? [], carries('quiescence'));
    });
    expect(shrunk[0]).toEqual(shrunk[1]);
  });
});

describe('the leak of R1 with two devices and one claimer, whose shortest schedule has 33 steps and 7 switches', () => {
  const model = referenceModel('R1', { devices: 2, claimers: 1 });

  it.each([
    [4, 7618],
    [6, 257],
    [8, 52],
  ])('is found by PCT of depth %d with seed %d, and shrinks to at most 34 steps and 4 switches', (depth, seed) => {
    const { found } = hunt(model, [], () => pct({ seed, depth, steps: 40 }), { runs: 1, marks: ['quiescence'] });
    const shrunk = shrink(model, found?.schedule ?? [], carries('quiescence'));
    expect(shrunk.length).toBeGreaterThanOrEqual(33);
    expect(shrunk.length).toBeLessThanOrEqual(34);
    expect(contextSwitches(shrunk)).toBeLessThanOrEqual(4);
  });

  it('has a schedule of 33 steps that needs fewer switches than the one the explorer hands over', () => {
    const shortest = explore(model, []).marks.get('quiescence') ?? [];
    const shrunk = shrink(model, shortest, carries('quiescence'));
    expect([shortest, shrunk].map(({ length }) => length)).toEqual([33, 33]);
    expect([shortest, shrunk].map(contextSwitches)).toEqual([7, 4]);
  });

  it('is not to be seen in a run that goes in turn', () => {
    expect(shownAfter(model, roundRobin(), carries('quiescence'))).toBeNull();
  });
});
