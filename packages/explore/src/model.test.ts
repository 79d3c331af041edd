import { describe, expect, it } from 'vitest';
import { counter } from './counter.testing.ts';
import { explore } from './explore.ts';
import { actionOf, type Model, outcomeOf, parseAction, taskOf } from './model.ts';

describe('an action', () => {
  it('is a task and an outcome, up to the largest of each', () => {
    const action = actionOf(4095, 15);
    expect([taskOf(action), outcomeOf(action)]).toEqual([4095, 15]);
  });

  it.each([
    [4096, 0],
    [-1, 0],
    [0.5, 0],
    [0, 16],
    [0, -1],
  ])('never stands for another: task %d with outcome %d is refused', (task, outcome) => {
    expect(() => actionOf(task, outcome)).toThrow(RangeError);
  });

  it('that no task has is null to a reader, however large its number', () => {
    expect(parseAction(counter(), 'T99999999999')).toBeNull();
  });

  it.each([1 << 16, -1, 0.5])('%d is not remembered by a search, which would write down another', (action) => {
    const odd: Model = {
      ...counter(),
      successors: (_states, _from, scratch, emit) => {
        scratch.set([1, 1]);
        emit(action);
      },
    };
    expect(() => explore(odd, [])).toThrow(RangeError);
  });
});
