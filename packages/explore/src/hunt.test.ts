import { describe, expect, it } from 'vitest';
import { counter } from './counter.testing.ts';
import { drive } from './drive.ts';
import { edgesModel } from './edges.testing.ts';
import { explore } from './explore.ts';
import { type HuntOptions, hunt } from './hunt.ts';
import type { Property } from './property.ts';
import { referenceModel } from './reference-model.testing.ts';
import { follow } from './schedulers/follow.ts';
import { pct } from './schedulers/pct.ts';
import { random } from './schedulers/random.ts';
import { roundRobin } from './schedulers/round-robin.ts';

const neverFails: Property = { kind: 'always', name: 'T1 never fails', holds: (states, at) => states[at + 1] !== 10 };

/** Run after run follows these schedules. */
const following =
  (...schedules: string[]) =>
  (run: number) =>
    follow((schedules[run] as string).split(' '));

describe('a hunt', () => {
  it('makes runs until one breaks an `always`, and tells which, how, and what it took', () => {
    const made = hunt(counter(), [neverFails], following('T0 T0 T1 T1', 'T0 T1!fail T0', 'T1!fail'), { runs: 3 });
    expect(made).toMatchObject({
      runs: 2,
      steps: 6,
      longest: 4,
      bounded: 0,
      complete: true,
      found: { kind: 'property', name: 'T1 never fails', schedule: ['T0', 'T1!fail'], run: 1 },
    });
  });

  it('ends with nothing when the runs are used up', () => {
    expect(hunt(counter(), [neverFails], () => roundRobin(), { runs: 5 })).toEqual({
      runs: 5,
      steps: 20,
      longest: 4,
      bounded: 0,
      complete: true,
      found: null,
    });
  });

  it('finds what does not hold before anybody has moved', () => {
    const property: Property = { kind: 'always', name: 'never', holds: () => false };
    expect(hunt(counter(), [property], () => roundRobin(), { runs: 5 })).toMatchObject({
      runs: 1,
      steps: 0,
      found: { name: 'never', schedule: [], run: 0 },
    });
  });

  it('takes no `sometimes` for a violation', () => {
    const property: Property = { kind: 'sometimes', name: 'now and then', holds: () => true };
    expect(hunt(counter(), [property], () => roundRobin(), { runs: 1 }).found).toBeNull();
  });

  it('minds only the marks that are named', () => {
    const model = edgesModel([
      { from: 0, to: 1, marks: ['a case'] },
      { from: 1, to: 2, marks: ['another', 'count'] },
    ]);
    const made = hunt(model, [], () => roundRobin(), { runs: 1, marks: ['count'] });
    expect(made.found).toMatchObject({ kind: 'mark', name: 'count', schedule: ['T0', 'T1'] });
  });

  it('finds a standstill, and a cycle of waiters as soon as it closes', () => {
    expect(hunt(edgesModel([{ from: 0, to: 1 }]), [], () => roundRobin(), { runs: 1 }).found).toMatchObject({
      kind: 'deadlock',
      name: 'deadlock',
      schedule: ['T0'],
    });
    const others = edgesModel(
      [
        { from: 0, to: 1 },
        { from: 1, to: 2, task: 2 },
        { from: 2, to: 1, task: 2 },
      ],
      { 1: [1, 0], 2: [1, 0] },
    );
    expect(hunt(others, [], () => roundRobin(), { runs: 1 }).found).toMatchObject({
      name: 'deadlock',
      schedule: ['T0'],
    });
  });

  it('goes past what is not wanted', () => {
    const model = referenceModel('R4', { devices: 2, claimers: 1 });
    const options: HuntOptions = { runs: 20, isWanted: (name) => name !== 'deadlock' };
    expect(hunt(model, [], (seed) => random(seed), { runs: 20 }).found?.name).toBe('deadlock');
    expect(hunt(model, [], (seed) => random(seed), options)).toMatchObject({ runs: 20, found: null });
    expect(
      hunt(counter(), [neverFails], following('T1!fail'), { runs: 1, isWanted: (name) => name !== neverFails.name })
        .found,
    ).toBeNull();
  });

  it('counts the runs that a bound cut short', () => {
    const made = hunt(counter(), [], () => roundRobin(), { runs: 3, maxSteps: 2 });
    expect(made).toMatchObject({ runs: 3, steps: 6, longest: 2, bounded: 3, complete: true, found: null });
  });

  it('ends at its deadline, before a run or within a long one, which does not count then', () => {
    expect(hunt(counter(), [], () => roundRobin(), { runs: 3, deadline: () => true })).toMatchObject({
      runs: 0,
      complete: false,
      found: null,
    });
    const circle = edgesModel([{ from: 0, to: 0 }]);
    let asked = 0;
    const deadline = () => {
      asked += 1;
      return asked > 2;
    };
    const made = hunt(circle, [], () => roundRobin(), { runs: 3, deadline });
    expect(made).toMatchObject({ runs: 0, steps: 2048, complete: false, found: null });
  });

  it('gives a schedule that fits strictly and whose last step shows it', () => {
    const model = referenceModel('R2', { devices: 2, claimers: 1 });
    const { found } = hunt(model, [], (seed) => pct({ seed, depth: 3, steps: 40 }), {
      runs: 200,
      marks: ['quiescence'],
    });
    const marks: (readonly string[])[] = [];
    const run = drive(model, follow(found?.schedule ?? [], { strict: true }), {
      onStep: (_action, _states, _at, marksOfStep) => marks.push(marksOfStep),
    });
    expect(run).toMatchObject({ schedule: found?.schedule });
    expect(run.parted).toBeUndefined();
    expect(marks.flatMap((some, step) => (some.includes('quiescence') ? [step + 1] : []))).toEqual([
      run.schedule.length,
    ]);
  });

  it('finds nothing in the reference model that is right, and no run longer than the bound it is given says', () => {
    const model = referenceModel('R0', { devices: 2, claimers: 1 });
    const { marks } = explore(model, []);
    const made = hunt(model, [], (seed) => pct({ seed, depth: 3, steps: 40 }), { runs: 300, marks: [...marks.keys()] });
    expect(made).toMatchObject({ runs: 300, complete: true, found: null });
    expect(made.longest).toBeLessThanOrEqual(40);
  });

  it.each([0, 1.5, Number.NaN])('refuses to make %d runs', (runs) => {
    expect(() => hunt(counter(), [], () => roundRobin(), { runs })).toThrow(
      new RangeError(`Cannot make ${runs} runs as that must be a whole number of 1 or more`),
    );
  });
});
