import { describe, expect, it } from 'vitest';
import { counter } from './counter.testing.ts';
import { drive } from './drive.ts';
import { edgesModel } from './edges.testing.ts';
import { explore } from './explore.ts';
import { referenceModel } from './reference-model.testing.ts';
import { parseSchedule } from './schedule.ts';
import { follow } from './schedulers/follow.ts';
import { random } from './schedulers/random.ts';
import { roundRobin } from './schedulers/round-robin.ts';

const followed = (text: string, model = counter()) => drive(model, follow(parseSchedule(text)));

describe('round-robin', () => {
  it('lets the tasks move in turn, with the usual outcome, until all have finished', () => {
    expect(drive(counter(), roundRobin())).toEqual({ schedule: ['T0', 'T1', 'T0', 'T1'], ending: 'done' });
  });

  it('passes over tasks that wait for a lock', () => {
    expect(drive(referenceModel('R0', { devices: 2, claimers: 1 }), roundRobin()).ending).toBe('done');
  });
});

describe('random', () => {
  const model = referenceModel('R0', { devices: 2, claimers: 1 });

  it('gives the same run for the same seed, and others for others', () => {
    const runs = [1, 1, 2, 3].map((seed) => drive(model, random(seed)).schedule.join(' '));
    expect(runs[0]).toBe(runs[1]);
    expect(new Set(runs).size).toBe(3);
  });

  it('refuses a seed that is no whole number', () => {
    expect(() => random(0.5)).toThrow(RangeError);
  });
});

describe('following a schedule', () => {
  it('does what it says and stops where it ends', () => {
    expect(followed('T1!fail T0')).toEqual({ schedule: ['T1!fail', 'T0'], ending: 'stopped' });
  });

  it('repeats a schedule of the explorer to the letter', () => {
    const model = referenceModel('R1', { devices: 2, claimers: 1 });
    const schedule = explore(model, []).marks.get('quiescence') ?? [];
    expect(drive(model, follow(schedule))).toEqual({ schedule, ending: 'done' });
  });

  it('parts where a task has finished, and goes on round-robin when the schedule is used up', () => {
    expect(followed('T0*3 T1')).toEqual({
      schedule: ['T0', 'T0', 'T1', 'T1'],
      ending: 'done',
      parted: { step: 2, action: 'T0', why: 'finished' },
    });
  });

  it('parts where a task waits for another', () => {
    expect(followed('T1 T0', counter({ waits: true })).parted).toEqual({ step: 0, action: 'T1', why: 'blocked' });
  });

  it('parts where the kernel does not offer the outcome', () => {
    expect(followed('T0!fail').parted).toEqual({ step: 0, action: 'T0!fail', why: 'outcome not offered' });
  });

  it('parts where there is no such task', () => {
    expect(followed('T7').parted?.why).toBe('no such task or outcome');
    expect(followed('T0!melt').parted?.why).toBe('no such task or outcome');
  });

  it('parts where the schedule says more than there is to do', () => {
    expect(followed('T0*2 T1*2 T1').parted).toEqual({ step: 4, action: 'T1', why: 'finished' });
  });

  it('reports only the first place', () => {
    expect(followed('T0*2 T0 T9').parted).toEqual({ step: 2, action: 'T0', why: 'finished' });
  });

  it('takes a bare task name for the only thing that the task can do', () => {
    expect(followed('T0', counter({ fails: true }))).toEqual({ schedule: ['T0!fail'], ending: 'stopped' });
  });

  it('takes a named outcome at its word, the usual one too', () => {
    expect(followed('T0!ok')).toMatchObject({ schedule: ['T0'], ending: 'stopped' });
    expect(followed('T0!ok', counter({ fails: true })).parted).toEqual({
      step: 0,
      action: 'T0!ok',
      why: 'outcome not offered',
    });
  });

  it('forgets the rest at the parting and goes on round-robin, when so told', () => {
    const run = (afterParting: 'pass over' | 'go on') =>
      drive(counter(), follow(['T0', 'T9', 'T1!fail', 'T0'], { afterParting }));
    const parted = { step: 1, action: 'T9', why: 'no such task or outcome' };
    expect(run('go on')).toEqual({ schedule: ['T0', 'T0', 'T1', 'T1'], ending: 'done', parted });
    expect(run('pass over')).toEqual({ schedule: ['T0', 'T1!fail', 'T0'], ending: 'done', parted });
  });

  it('goes as far as it fits, however it is told to go on where it does not', () => {
    for (const afterParting of ['pass over', 'go on', 'stop'] as const) {
      expect(drive(counter(), follow(['T1!fail', 'T0'], { afterParting }))).toEqual({
        schedule: ['T1!fail', 'T0'],
        ending: 'stopped',
      });
    }
  });

  it('stops at the parting when it is strict', () => {
    expect(drive(counter(), follow(['T0', 'T9', 'T1'], { strict: true }))).toEqual({
      schedule: ['T0'],
      ending: 'stopped',
      parted: { step: 1, action: 'T9', why: 'no such task or outcome' },
    });
    expect(drive(counter(), follow(['T0', 'T9', 'T1'], { afterParting: 'stop' }))).toEqual(
      drive(counter(), follow(['T0', 'T9', 'T1'], { strict: true })),
    );
  });
});

describe('a run', () => {
  it('shows each state that it reaches', () => {
    const seen: string[] = [];
    drive(counter(), follow(['T1!fail', 'T0']), {
      onStep: (_action, states, at) => seen.push(states.slice(at).join()),
    });
    expect(seen).toEqual(['0,10', '1,10']);
  });

  it('shows the marks of the step that was taken, not those of another that was offered', () => {
    const seen: (readonly string[])[] = [];
    const model = edgesModel([
      { from: 0, to: 1, marks: ['taken', 'both'] },
      { from: 0, to: 2, marks: ['offered'] },
      { from: 1, to: 2 },
    ]);
    drive(model, follow(['T0', 'T2']), { onStep: (_action, _states, _at, marks) => seen.push(marks) });
    expect(seen).toEqual([['taken', 'both'], []]);
  });

  it('stops at its bound', () => {
    expect(drive(counter(), roundRobin(), { maxSteps: 3 })).toEqual({ schedule: ['T0', 'T1', 'T0'], ending: 'bound' });
  });

  it('is not cut short by a bound that it just fits into', () => {
    expect(drive(counter(), roundRobin(), { maxSteps: 4 }).ending).toBe('done');
    expect(drive(counter(), follow(['T0', 'T1']), { maxSteps: 2 }).ending).toBe('stopped');
  });

  it.each([-1, 0.5, Number.NaN])('refuses a bound of %d steps', (maxSteps) => {
    expect(() => drive(counter(), roundRobin(), { maxSteps })).toThrow(RangeError);
  });
});
