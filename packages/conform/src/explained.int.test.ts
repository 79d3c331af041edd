import { variants } from '@custody/ownership';
import type { FactType, TraceEvent } from '@custody/trace';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conform } from './conform.ts';
import { oneAfterTheOther, runOf, type Simulated, simulated, tellable } from './simulated.testing.ts';

const expectExplained = ({ variant, topology, schedule }: Simulated, events: readonly TraceEvent[]): void => {
  const { answer } = conform(runOf(topology, events), variant);
  expect({ schedule, answer }).toEqual({ schedule, answer: { kind: 'explained' } });
};

/** Facts of the driver core, each of which has a probe of its own that need not be set. */
const optional: readonly FactType[] = [
  'DriverSet',
  'ProbeReturned',
  'BindReturned',
  'RemoveReturned',
  'DriverCleared',
  'UnbindReturned',
  'BusNotified',
  'LockRequested',
];

describe.each(variants)('a run simulated from $id', (variant) => {
  it('is explained by it, whatever the schedule', () => {
    fc.assert(
      fc.property(fc.constantFrom(...tellable), fc.nat(), (scenario, seed) => {
        const run = simulated(variant, scenario, seed);
        expectExplained(run, run.events);
      }),
      { numRuns: 60 },
    );
  });

  it('is explained by it where drivers are tried one after the other', () => {
    fc.assert(
      fc.property(fc.nat(), fc.subarray([...optional]), (seed, missing) => {
        const run = simulated(variant, oneAfterTheOther, seed);
        expectExplained(
          run,
          run.events.filter(({ type }) => !missing.includes(type)),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is explained by it with fewer probes too', () => {
    fc.assert(
      fc.property(fc.constantFrom(...tellable), fc.nat(), fc.subarray([...optional]), (scenario, seed, missing) => {
        const run = simulated(variant, scenario, seed);
        expectExplained(
          run,
          run.events.filter(({ type }) => !missing.includes(type)),
        );
      }),
      { numRuns: 60 },
    );
  });
});
