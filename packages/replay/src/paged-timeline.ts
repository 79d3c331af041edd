import type { Timeline, TraceEvent } from '@custody/trace';

/** Events on a page: about what a segment holds. */
const pageEvents = 1000;

/** Pages kept: what is looked at, and where a search or a pass through the run is at. */
const pagesKept = 24;

/**
 * A timeline of which only a few pages are in memory; the others are read when they are looked at.
 *
 * @param read - the events `from` up to `to`, which are no more than a page.
 * @returns a timeline that throws what `read` throws.
 */
export const pagedTimeline = (length: number, read: (from: number, to: number) => readonly TraceEvent[]): Timeline => {
  /** In the order in which they were last looked at. */
  const pages = new Map<number, readonly TraceEvent[]>();
  let newest = -1;
  let events: readonly TraceEvent[] = [];

  const turnTo = (page: number): void => {
    events = pages.get(page) ?? read(page * pageEvents, Math.min(length, (page + 1) * pageEvents));
    pages.delete(page);
    pages.set(page, events);
    const [oldest] = pages.keys();
    if (pages.size > pagesKept && oldest !== undefined) pages.delete(oldest);
    newest = page;
  };

  return {
    length,
    at: (index) => {
      const page = Math.floor(index / pageEvents);
      if (!(index >= 0 && index < length)) {
        throw new RangeError(`Cannot read event ${index} as the run has events 0 to ${length - 1}`);
      }
      if (page !== newest) turnTo(page);
      return events[index - page * pageEvents] as TraceEvent;
    },
  };
};
