import { variants } from '@custody/ownership';
import { type OwnerId, ownerId, type TraceEvent } from '@custody/trace';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conform } from './conform.ts';
import { runOf, type Simulated, simulated, tellable } from './simulated.testing.ts';

/** A run with one thing in it that did not happen so, and from which position on. */
interface Mutated {
  readonly events: readonly TraceEvent[];
  readonly from: number;
}

const replaced = (events: readonly TraceEvent[], at: number, event: TraceEvent): Mutated => ({
  events: events.with(at, event),
  from: at,
});

/** A call's errno, where the protocol and not the kernel's luck decides it. */
const otherErrno = (events: readonly TraceEvent[], at: number): Mutated | null => {
  const event = events[at];
  if (event?.type !== 'CallReturned' || !['use', 'claim', 'claim-device'].includes(event.data.op)) return null;
  const errno = event.data.errno === 'OK' ? 'EPERM' : 'OK';
  return replaced(events, at, { ...event, data: { ...event.data, errno } });
};

const otherOwner = (events: readonly TraceEvent[], at: number): Mutated | null => {
  const event = events[at];
  if (event?.type !== 'OwnerSet') return null;
  const owner: OwnerId | null = event.data.owner === null ? ownerId('0xbad') : null;
  return replaced(events, at, { ...event, data: { ...event.data, owner } });
};

const otherCount = (events: readonly TraceEvent[], at: number): Mutated | null => {
  const event = events[at];
  if (event?.type !== 'OwnerSet') return null;
  return replaced(events, at, { ...event, data: { ...event.data, count: event.data.count + 1 } });
};

/** A task has the group's mutex before the one that holds it lets go. */
const otherOrder = (events: readonly TraceEvent[], at: number): Mutated | null => {
  const event = events[at];
  if (event?.type !== 'LockAcquired' || !event.data.lock.startsWith('group:')) return null;
  const before = events.findLastIndex(
    (one, index) => index < at && one.type === 'LockReleased' && one.data.lock === event.data.lock,
  );
  const asked = events.findLastIndex(
    (one, index) =>
      index < at && one.type === 'LockRequested' && one.task === event.task && one.data.lock === event.data.lock,
  );
  if (before < 0 || asked > before || events[before]?.task === event.task) return null;
  const moved = events.toSpliced(at, 1).toSpliced(before, 0, event);
  return { events: moved, from: before };
};

const mutations = { errno: otherErrno, owner: otherOwner, count: otherCount, 'lock order': otherOrder };

const mutatedOf = ({ events }: Simulated, what: keyof typeof mutations, pick: number): Mutated | null => {
  const all = events.flatMap((_, at) => mutations[what](events, at) ?? []);
  return all[pick % all.length] ?? null;
};

describe.each(variants.filter(({ knobs }) => knobs.claimRecord !== 'none'))('a run simulated from $id', (variant) => {
  it.each(Object.keys(mutations) as (keyof typeof mutations)[])(
    'with another %s in one place is refuted there or later, and never before',
    (what) => {
      let mutated = 0;
      fc.assert(
        fc.property(fc.constantFrom(...tellable), fc.nat(), fc.nat(), (scenario, seed, pick) => {
          const run = simulated(variant, scenario, seed);
          const change = mutatedOf(run, what, pick);
          fc.pre(change !== null);
          mutated += 1;
          const { answer, position } = conform(runOf(run.topology, change.events), run.variant);
          const at = { scenario: scenario.id, schedule: run.schedule, from: change.from };
          expect({ ...at, answer: answer.kind, isBefore: position < change.from }).toEqual({
            ...at,
            answer: 'refuted',
            isBefore: false,
          });
        }),
        { numRuns: 30 },
      );
      expect(mutated).toBe(30);
    },
  );
});
