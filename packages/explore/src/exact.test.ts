import { describe, expect, it } from 'vitest';
import { allReductions, explore, noReduction } from './explore.ts';
import { type HandStep, handModel, type Named } from './steps.testing.ts';

/** Nobody moves once it has stopped. */
const goes = (at: Named): boolean => at.get('stopped') === 0;
const pads = (count: number): readonly HandStep[] => Array.from({ length: count }, () => ({ when: goes }));

/** Two that come to wait for each other one step after a third may have stopped all, and others beside them. */
const racing = (steps: number, others: number) =>
  handModel({
    fields: { stopped: 2 },
    locks: ['l', 'm'],
    tasks: [
      [{}, ...pads(steps - 1), { takes: 'l', when: goes }, { takes: 'm', when: goes }],
      [
        { takes: 'm', when: goes },
        { takes: 'l', when: goes },
      ],
      ...Array.from({ length: others }, () => pads(12)),
      [...pads(steps - 1), { when: goes, run: (at) => void at.set('stopped', 1) }, ...pads(1)],
    ],
  });

describe('the search for the shortest ways', () => {
  it.each([
    [5, 3],
    [6, 3],
  ])('does not take a deadlock for the nearest while a nearer one may come: %d steps, %d others', (steps, others) => {
    const full = explore(racing(steps, others), [], { reduction: noReduction });
    const reduced = explore(racing(steps, others), [], { reduction: allReductions, leastGain: 0 });
    expect(reduced.shortestTo).toBe(null);
    expect(reduced.deadlock?.schedule.length).toBe(full.deadlock?.schedule.length);
  });

  it('promises nothing of a deadlock in the states that it has met and not looked at', () => {
    const full = explore(racing(6, 2), [], { reduction: noReduction });
    const nearest = full.deadlock?.schedule.length ?? Number.NaN;
    for (let exactStates = 50; exactStates < 1200; exactStates += 50) {
      const { deadlock, shortestTo } = explore(racing(6, 2), [], {
        reduction: allReductions,
        leastGain: 0,
        exactStates,
      });
      const length = deadlock?.schedule.length ?? Number.NaN;
      if (shortestTo === null || length <= shortestTo) expect([exactStates, length]).toEqual([exactStates, nearest]);
    }
  });
});
