import { nanos, type TraceEvent, taskId, timelineOf } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pagedTimeline } from './paged-timeline.ts';

const events = Array.from(
  { length: 30_500 },
  (_, index): TraceEvent => ({
    type: 'MarkerWritten',
    data: { text: String(index) },
    task: taskId('T0'),
    at: nanos(index),
  }),
);

/** The run by page, with how often a page was read. */
const paged = () => {
  let reads = 0;
  const timeline = pagedTimeline(events.length, (from, to) => {
    reads += 1;
    return events.slice(from, to);
  });
  return { timeline, reads: () => reads };
};

describe('a timeline by page', () => {
  it('has the same events as one in memory, in whatever order they are looked at', () => {
    const { timeline } = paged();
    const whole = timelineOf(events);
    fc.assert(
      fc.property(fc.array(fc.nat(events.length - 1), { maxLength: 60 }), (indices) => {
        for (const index of indices) expect(timeline.at(index)).toEqual(whole.at(index));
      }),
    );
  });

  it('reads a page once for all who look at it in a row', () => {
    const { timeline, reads } = paged();
    for (let index = 0; index < 3000; index += 1) timeline.at(index);
    expect(reads()).toBe(3);
    timeline.at(500);
    expect(reads()).toBe(3);
  });

  it('forgets the page that was looked at longest ago', () => {
    const { timeline, reads } = paged();
    for (let page = 0; page < 25; page += 1) timeline.at(page * 1000);
    timeline.at(24_000);
    timeline.at(1000);
    expect(reads()).toBe(25);
    timeline.at(0);
    expect(reads()).toBe(26);
  });

  it('refuses what lies outside the run', () => {
    const { timeline } = paged();
    expect(() => timeline.at(events.length)).toThrow(RangeError);
    expect(() => timeline.at(-1)).toThrow(RangeError);
  });
});
