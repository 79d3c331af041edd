import type { TraceEvent } from './facts.ts';

/** A run's events by index; event `i` leads from position `i` to position `i + 1`. */
export interface Timeline {
  /** How many events there are; also the last position. */
  readonly length: number;
  /** @throws RangeError when `index` is outside `0..length - 1`. */
  readonly at: (index: number) => TraceEvent;
}

export const timelineOf = (events: readonly TraceEvent[]): Timeline => ({
  length: events.length,
  at: (index) => {
    const event = events[index];
    if (event === undefined) {
      throw new RangeError(`Cannot read event ${index} as the run has events 0 to ${events.length - 1}`);
    }
    return event;
  },
});
