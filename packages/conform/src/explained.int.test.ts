import { variants } from '@custody/ownership';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conform } from './conform.ts';
import { runOf, simulated, tellable } from './simulated.testing.ts';

describe.each(variants)('a run simulated from $id', (variant) => {
  it('is explained by it, whatever the schedule', () => {
    fc.assert(
      fc.property(fc.constantFrom(...tellable(variant)), fc.nat(), (scenario, seed) => {
        const { variant: told, topology, events, schedule } = simulated(variant, scenario, seed);
        const { answer } = conform(runOf(topology, events), told);
        expect({ scenario: scenario.id, schedule, answer: answer.kind }).toEqual({
          scenario: scenario.id,
          schedule,
          answer: 'explained',
        });
      }),
      { numRuns: 100 },
    );
  });
});
