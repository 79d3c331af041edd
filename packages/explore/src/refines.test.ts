import { describe, expect, it } from 'vitest';
import { counter } from './counter.testing.ts';
import type { Model } from './model.ts';
import { type Observed, refines } from './refines.ts';
import { formatSchedule } from './schedule.ts';

/** Both counts are seen. */
const seen = (model: Model): Observed => ({ model, observe: (states, at) => `${states[at]} ${states[at + 1]}` });
/** Only T1's count is seen. */
const halfSeen = (model: Model): Observed => ({ model, observe: (states, at) => `${states[at + 1]}` });

const free = counter();
const waiting = counter({ waits: true });

describe('refinement', () => {
  it('is of every model by itself', () => {
    expect(refines(seen(free), seen(free))).toMatchObject({ kind: 'refines' });
    expect(refines(seen(waiting), seen(waiting))).toMatchObject({ kind: 'refines' });
  });

  it('is of one that may do more by one that may do less, and not the other way round', () => {
    expect(refines(seen(waiting), seen(free))).toMatchObject({ kind: 'refines' });
    const { kind, ...told } = refines(seen(free), seen(waiting));
    expect(kind).toBe('differs');
    // The one that waits never shows T1's move first.
    expect('schedule' in told && formatSchedule(told.schedule)).toBe('T1');
  });

  it('does not look at what cannot be seen', () => {
    expect(refines(halfSeen(free), halfSeen(waiting))).toMatchObject({ kind: 'refines' });
  });

  it('tells what the last step of a shortest schedule shows', () => {
    const failing = counter({ fails: true });
    const once: Observed = {
      model: free,
      // Everything may be seen of T1 but its failing.
      observe: (states, at) => `${states[at]} ${states[at + 1] === 10 ? 'failed' : states[at + 1]}`,
    };
    const blind: Observed = { model: failing, observe: (states, at) => `${states[at]} ${states[at + 1]}` };
    const answer = refines(once, blind);
    expect(answer.kind === 'differs' && formatSchedule(answer.schedule)).toBe('T1!fail');
  });

  it('is not known where the pairs are not enough', () => {
    expect(refines(seen(free), seen(free), 3)).toEqual({ kind: 'unknown', pairs: 3 });
  });
});
