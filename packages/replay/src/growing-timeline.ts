import type { Timeline, TraceEvent } from '@custody/trace';

/** A timeline to which events can be added: a run that is followed while it is recorded. */
export interface GrowingTimeline extends Timeline {
  readonly add: (events: readonly TraceEvent[]) => void;
}

/** What `base` has, and then what is added. */
export const growingTimeline = (base: Timeline): GrowingTimeline => {
  const more: TraceEvent[] = [];
  return {
    get length() {
      return base.length + more.length;
    },
    at: (index) => (index < base.length ? base.at(index) : (more[index - base.length] ?? base.at(index))),
    add: (events) => {
      for (const event of events) more.push(event);
    },
  };
};
