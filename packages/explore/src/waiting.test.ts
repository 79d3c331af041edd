import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';
import { edgesModel } from './edges.testing.ts';
import { explore } from './explore.ts';
import { referenceModel } from './reference-model.testing.ts';
import { follow } from './schedulers/follow.ts';
import { roundRobin } from './schedulers/round-robin.ts';

const r4 = referenceModel('R4', { devices: 2, claimers: 1 });
const crossed = [
  { task: 2, wants: 'dl[0]', holder: 0 },
  { task: 0, wants: 'gm', holder: 2 },
];

describe('a deadlock', () => {
  it('of R4 is found as a cycle after 4 steps, with who waits for whom, though T1 can still move', () => {
    expect(explore(r4, []).deadlock).toEqual({ schedule: ['T0', 'T0', 'T2', 'T2'], waits: crossed });
  });

  it('of R4 is found at the standstill after 6 steps when the model does not say who waits for whom', () => {
    const { waitsFor, wants, ...mute } = r4;
    const { deadlock } = explore(mute, []);
    expect(deadlock?.schedule).toHaveLength(6);
    expect(deadlock?.waits).toEqual([0, 1, 2].map((task) => ({ task, wants: null, holder: null })));
  });

  it('does not change what is counted', () => {
    const { waitsFor, ...mute } = r4;
    const { states, transitions } = explore(mute, []);
    expect(explore(r4, [])).toMatchObject({ states, transitions, complete: true });
  });

  it('names the tasks of a cycle in order, from the one whose move closed it', () => {
    const model = edgesModel([{ from: 0, to: 1, task: 1 }], { 1: [1, 2, 0] });
    expect(explore(model, []).deadlock?.waits.map(({ task }) => task)).toEqual([1, 2, 0]);
  });

  it('is also a task that waits for itself', () => {
    const model = edgesModel([{ from: 0, to: 1, task: 1 }], { 1: [-1, 1] });
    expect(explore(model, []).deadlock).toEqual({ schedule: ['T1'], waits: [{ task: 1, wants: null, holder: 1 }] });
  });

  it('is not a task that waits for one that can move', () => {
    const model = edgesModel(
      [
        { from: 0, to: 1, task: 0 },
        { from: 1, to: 0, task: 1 },
      ],
      { 1: [1, -1] },
    );
    expect(explore(model, []).deadlock).toBeUndefined();
  });

  it('is not put down to a task that only waits for those in the cycle', () => {
    const model = edgesModel(
      [
        { from: 0, to: 1, task: 1 },
        { from: 1, to: 2, task: 0 },
        { from: 2, to: 2, task: 3 },
      ],
      { 1: [-1, 2, 1], 2: [1, 2, 1] },
    );
    expect(explore(model, []).deadlock).toMatchObject({ schedule: ['T1'], waits: [{ task: 1 }, { task: 2 }] });
    expect(drive(model, follow(['T1', 'T0', 'T3'])).cycle?.step).toBe(1);
  });

  it('is closed by a move: a cycle that was there from the start is not followed for ever, nor reported', () => {
    const edges = [
      { from: 0, to: 1, task: 0 },
      { from: 1, to: 1, task: 3 },
    ];
    expect(explore(edgesModel(edges, { 0: [-1, 2, 1], 1: [1, 2, 1] }), []).deadlock).toBeUndefined();
  });

  it('at a standstill is preferred to a cycle that takes one step more, though the cycle is met first', () => {
    // 1 leads to 3, where a cycle closes; it is met before 2, where nobody can move, has been looked at.
    const model = edgesModel(
      [
        { from: 0, to: 1, task: 0 },
        { from: 0, to: 2, task: 1 },
        { from: 1, to: 3, task: 0 },
      ],
      { 3: [1, 0] },
    );
    expect(explore(model, []).deadlock?.schedule).toEqual(['T1']);
  });

  it('tells of every unfinished task when all stand still without a cycle', () => {
    const model = { ...edgesModel([{ from: 0, to: 1, task: 2 }], { 1: [2, -1, -1] }), wants: () => 'a wake-up' };
    const waits = [
      { task: 0, wants: 'a wake-up', holder: 2 },
      { task: 2, wants: 'a wake-up', holder: null },
    ];
    const finishing = { ...model, isFinished: (_states: Int32Array, _at: number, task: number) => task === 1 };
    expect(explore(finishing, []).deadlock).toEqual({ schedule: ['T2'], waits });
    expect(drive(finishing, roundRobin())).toEqual({ schedule: ['T2'], ending: 'deadlock', waits });
  });
});

describe('a run into a deadlock', () => {
  it('says when the cycle closed, and goes on until nobody can move', () => {
    const run = drive(r4, follow(['T0', 'T0', 'T2', 'T2', 'T1', 'T1']));
    expect(run).toMatchObject({ ending: 'deadlock', cycle: { step: 4, waits: crossed }, waits: crossed });
    expect(run.schedule).toHaveLength(6);
  });

  it('says that a cycle closed when it stops before the standstill, and does not call that its ending', () => {
    expect(drive(r4, follow(['T0', 'T0', 'T2', 'T2']))).toEqual({
      schedule: ['T0', 'T0', 'T2', 'T2'],
      ending: 'stopped',
      cycle: { step: 4, waits: crossed },
    });
  });
});
