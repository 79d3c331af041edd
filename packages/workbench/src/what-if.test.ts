import { position } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newDesk } from './desk.testing.ts';
import { recording } from './recording.testing.ts';
import { casesMetIn, crossroadsAt } from './what-if.ts';

const experiment = { variant: 'robin-mail', scenario: 'fail-before-claim' } as const;
const schedule = 'T1 T0 T1*2 T1!fail T0 T1*2 T0*7';

const opened = async (made = schedule) => {
  const desk = newDesk();
  const { run } = await desk.simulate(experiment, { kind: 'schedule', schedule: made });
  return { desk, run: await desk.open(run) };
};

describe('what could have been done instead', () => {
  it('is every move of who could move, with where it stands and which of them was made', async () => {
    const { run } = await opened();
    // Four steps in, T1 stands before pinctrl, which may fail, and T0 holds the lock of its own device.
    const events = Array.from({ length: run.timeline.length }, (_, index) => run.timeline.at(index));
    const before = events.filter(({ at }) => at <= 4).length;
    expect(crossroadsAt(run, position(before))).toEqual({
      schedule: 'T1 T0 T1 T1',
      moves: [
        { move: 'T0', label: 'unbind.find', isTaken: false },
        { move: 'T1', label: 'bind.pinctrl', isTaken: false },
        { move: 'T1!fail', label: 'bind.pinctrl', isTaken: true },
      ],
    });
  });

  it('is nothing where every task has finished', async () => {
    const { run } = await opened();
    expect(crossroadsAt(run, run.replayer.end).moves).toEqual([]);
  });

  it('can be done: what is offered anywhere gives a run that ends with it', async () => {
    const { desk, run } = await opened();
    await fc.assert(
      fc.asyncProperty(fc.nat(run.replayer.end), fc.nat(5), async (at, pick) => {
        const { schedule: before, moves } = crossroadsAt(run, position(at));
        const chosen = moves[pick % Math.max(1, moves.length)];
        if (chosen === undefined) return;
        const made = await desk.simulate(experiment, { kind: 'schedule', schedule: `${before} ${chosen.move}` });
        expect(made.parted).toBeNull();
        const again = await desk.open(made.run);
        expect(again.timeline.at(again.timeline.length - 1).at).toBe(before.split(' ').filter(Boolean).length + 1);
      }),
      { numRuns: 40 },
    );
  });

  it('tells the cases that were met, where they were', async () => {
    const { run } = await opened();
    expect(casesMetIn(run)).toMatchObject([{ id: '3', isExpected: true, position: 28 }]);
  });

  it('cannot be asked of a recording', async () => {
    const desk = newDesk();
    const { run } = await desk.importRecording(recording(3));
    const recorded = await desk.openByPage(run);
    expect(() => crossroadsAt(recorded, position(3))).toThrow(/^Cannot ask "what if" of .* as it is a recording/);
    expect(casesMetIn(recorded)).toEqual([]);
  });
});
