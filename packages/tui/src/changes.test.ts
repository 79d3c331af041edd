import { evolve, fold, type TraceEvent, worldOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.ts';
import { acquired, claimed, eventsBy, oneGroup, owned, refused, released } from './run.testing.ts';

const lastChanges = (...events: readonly TraceEvent[]) => {
  const before = fold(worldOf(oneGroup), events.slice(0, -1));
  return changesBetween(before, evolve(before, events.at(-1) as TraceEvent));
};

describe('what an event changed', () => {
  it('is named field by field', () => {
    const changes = lastChanges(...eventsBy(['T1', owned]));
    expect(changes.has('groups', '6', 'owner')).toBe(true);
    expect(changes.has('groups', '6', 'ownerCount')).toBe(true);
    expect(changes.has('groups', '6', 'domain')).toBe(false);
  });

  it('is nothing when the same values are written again', () => {
    const changes = lastChanges(...eventsBy(['T1', owned], ['T1', owned]));
    expect(changes.has('groups', '6', 'owner')).toBe(false);
  });

  it('is every field of an entry that is new', () => {
    expect(lastChanges(...eventsBy(['T1', acquired])).has('locks', 'group:6', 'holders')).toBe(true);
  });

  it('names what is gone: a lock become free, a task out of its call', () => {
    expect(lastChanges(...eventsBy(['T1', acquired], ['T1', released])).gone('locks')).toEqual(['group:6']);
    expect(lastChanges(...eventsBy(['T1', claimed], ['T1', refused])).gone('tasks')).toEqual(['T1']);
  });
});
