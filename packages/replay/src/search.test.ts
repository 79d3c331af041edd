import { groupId, nanos, position, type TraceEvent, taskId, timelineOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamp, matcher, searchFrom } from './search.ts';

const claimed = (errno: string, comm = 'h'): TraceEvent => ({
  task: taskId('537'),
  comm,
  at: nanos(0),
  type: 'CallReturned',
  data: { op: 'claim', group: groupId('6'), errno },
});
const run = timelineOf(['OK', 'EBUSY', 'OK', 'EBUSY'].map((errno) => claimed(errno)));
const refused = matcher('errno=ebusy');

describe('clamp', () => {
  it('keeps a position and moves everything else to the nearest one', () => {
    const end = position(10);
    expect([3, -1, 11, 2.7, Number.NaN, Number.POSITIVE_INFINITY].map((at) => clamp(at, end))).toEqual([
      3, 0, 10, 2, 0, 10,
    ]);
  });
});

describe('matcher', () => {
  it('looks at type, task, comm and fields, in whatever capitals', () => {
    for (const pattern of ['callreturned', '-537', '\\bvfio\\b', 'op=claim group=6']) {
      expect(matcher(pattern)(claimed('OK', 'vfio'))).toBe(true);
    }
    expect(matcher('release')(claimed('OK'))).toBe(false);
  });

  it('says what is wrong with a pattern and what to do', () => {
    expect(() => matcher('group=(6')).toThrow(/Cannot search for "group=\(6".*Unterminated group.*backslash/);
  });
});

describe('searching', () => {
  it('forward finds the position just after the event, so that its effect is seen', () => {
    expect(searchFrom(run, refused, position(0), 'forward')).toBe(2);
  });

  it('on from a hit finds the next hit, in both directions', () => {
    expect(searchFrom(run, refused, position(2), 'forward')).toBe(4);
    expect(searchFrom(run, refused, position(4), 'backward')).toBe(2);
  });

  it('does not wrap at either end', () => {
    expect(searchFrom(run, refused, position(4), 'forward')).toBeNull();
    expect(searchFrom(run, refused, position(2), 'backward')).toBeNull();
    expect(searchFrom(run, refused, position(0), 'backward')).toBeNull();
  });

  it('backward visits the same hits as forward, in reverse', () => {
    const hits = (direction: 'forward' | 'backward', timeline: ReturnType<typeof timelineOf>) => {
      const found: number[] = [];
      let from: number | null = direction === 'forward' ? 0 : timeline.length + 1;
      while (from !== null) {
        from = searchFrom(timeline, refused, position(from), direction);
        if (from !== null) found.push(from);
      }
      return found;
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom('OK', 'EBUSY')), (errnos) => {
        const timeline = timelineOf(errnos.map((errno) => claimed(errno)));
        expect(hits('backward', timeline)).toEqual(hits('forward', timeline).reverse());
      }),
    );
  });
});
