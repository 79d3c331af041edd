import { describe, expect, it } from 'vitest';
import { counter } from './counter.testing.ts';
import { edgesModel } from './edges.testing.ts';
import { explore } from './explore.ts';
import { grid } from './grid.testing.ts';
import { actionOf, type Model } from './model.ts';
import { referenceModel } from './reference-model.testing.ts';
import { handModel, type Named } from './steps.testing.ts';

const small = { devices: 2, claimers: 1 };

describe('the explorer, on the reference model with two devices and one claimer', () => {
  it('finds the 2,212 states and 5,367 transitions of R0, and nothing wrong', () => {
    const report = explore(referenceModel('R0', small), []);
    expect(report).toMatchObject({ states: 2212, transitions: 5367, complete: true });
    expect(report.deadlock).toBeUndefined();
    expect([...report.marks.keys()]).toEqual([]);
  });

  it('finds the 2,600 states and 6,041 transitions of R1, whose shortest violation is 33 steps to a leak', () => {
    const report = explore(referenceModel('R1', small), []);
    expect(report).toMatchObject({ states: 2600, transitions: 6041, complete: true });
    expect([...report.marks].map(([name, { length }]) => [name, length])).toEqual([['quiescence', 33]]);
  });
});

/** From the initial state to 2,000 others, far more than are looked up at once, and from each of these to all again. */
const fan: Model = {
  ...counter(),
  words: 1,
  tasks: 2000,
  successors: (_states, _from, scratch, emit) => {
    for (let task = 0; task < 2000; task += 1) {
      scratch[0] = task;
      emit(actionOf(task));
    }
  },
};

describe('the explorer', () => {
  it('keeps count when its tables have to grow', () => {
    expect(explore(grid(3, 20), [])).toMatchObject({ states: 21 ** 3, transitions: 3 * 20 * 21 ** 2, complete: true });
  });

  it('keeps count when a state has many successors, also when they are more than it may know', () => {
    expect(explore(fan, [])).toMatchObject({ states: 2000, transitions: 2000 ** 2, depth: 1 });
    expect(explore(fan, [], { maxStates: 1500 })).toMatchObject({ states: 1500, bound: 'states', depth: 1 });
  });

  it('counts the marks, and the states where nobody can move', () => {
    const model = edgesModel([
      { from: 0, to: 1, marks: ['one', 'two'] },
      { from: 0, to: 2, marks: ['one'] },
      { from: 1, to: 3 },
    ]);
    expect(explore(model, [])).toMatchObject({ markCount: 3, standstills: 2 });
  });

  it('counts every state once and every transition', () => {
    // T0 stands at 0, 1 or 2 and T1 at 0, 1, 2 or 10: 12 states; 2 x 4 moves of T0 and 3 x 3 of T1.
    expect(explore(counter(), [])).toMatchObject({ states: 12, transitions: 17, complete: true });
  });

  it('hands over the shortest schedule that breaks an `always` or shows a `sometimes`', () => {
    const { witnesses } = explore(counter(), [
      { kind: 'always', name: 'T1 never fails', holds: (states, at) => states[at + 1] !== 10 },
      { kind: 'sometimes', name: 'both are at 1', holds: (states, at) => states[at] === 1 && states[at + 1] === 1 },
      { kind: 'sometimes', name: 'T0 is at 3', holds: (states, at) => states[at] === 3 },
    ]);
    expect(Object.fromEntries(witnesses)).toEqual({ 'T1 never fails': ['T1!fail'], 'both are at 1': ['T0', 'T1'] });
  });

  it('hands over the shortest schedule to each mark, with the step that carries it', () => {
    const model = edgesModel([
      { from: 0, to: 1 },
      { from: 1, to: 2, marks: ['far'] },
      { from: 0, to: 2, marks: ['near', 'also near'] },
      { from: 2, to: 0, marks: ['far', 'near', 'back'] },
    ]);
    const { marks, witnesses } = explore(model, []);
    expect(Object.fromEntries(marks)).toEqual({
      near: ['T2'],
      'also near': ['T2'],
      far: ['T0', 'T1'],
      back: ['T2', 'T3'],
    });
    expect(witnesses.size).toBe(0);
  });

  it('looks at the initial state too', () => {
    const { witnesses } = explore(counter(), [{ kind: 'always', name: 'never', holds: () => false }]);
    expect(witnesses.get('never')).toEqual([]);
  });

  it('tells of each state in which all tasks have finished', () => {
    const done: (readonly number[])[] = [];
    explore(counter(), [], { onDone: (states, at) => done.push([...states.slice(at, at + 2)]) });
    expect(done.sort()).toEqual([
      [2, 10],
      [2, 2],
    ]);
  });

  it('is complete at exactly as many states as there are, and not one below', () => {
    expect(explore(counter(), [], { maxStates: 12 })).toMatchObject({ states: 12, complete: true });
    expect(explore(counter(), [], { maxStates: 11 })).toMatchObject({ states: 11, complete: false });
  });

  it('stops at the deadline and says that it is not complete', () => {
    const report = explore(referenceModel('R0', small), [], { deadline: () => true });
    expect(report.complete).toBe(false);
    expect(report.states).toBeLessThan(2212);
  });

  it('refuses a bound that is no number of states', () => {
    expect(() => explore(counter(), [], { maxStates: 0 })).toThrow(RangeError);
  });
});

describe('properties that are watched together', () => {
  const write = (name: string) => ({
    run: (at: Named): undefined => {
      at.set(name, 1);
    },
  });
  const model = handModel({ fields: { x: 2, y: 2 }, tasks: [[write('x')], [write('y')]] });

  it('are all found, also those that nobody had asked before the first was', () => {
    const { witnesses } = explore(model, [
      model.property('x is 1', (at) => at.get('x') === 1),
      model.property('y stays 0', (at) => at.get('y') === 0),
      model.property('never both', (at) => at.get('x') + at.get('y') < 2),
    ]);
    expect([...witnesses].map(([name, way]) => [name, way.length])).toEqual([
      ['x is 1', 0],
      ['y stays 0', 1],
      ['never both', 2],
    ]);
  });
});
