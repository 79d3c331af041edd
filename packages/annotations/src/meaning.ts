import { objectOf, sharedRolesOf, type Timeline, type TraceEvent } from '@custody/trace';

/** What an event is, apart from when, where and by which pid: the same in a re-recording of the run. */
export interface Meaning {
  readonly type: string;
  /** Tasks of one role are not told apart: occurrences are counted over all of them. */
  readonly role: string;
  /** E.g. `group:6`; null when the event is about nothing. */
  readonly object: string | null;
  /** The words that tell it from others of its type: operation, errno, driver … without cookies and counts. */
  readonly detail: string;
}

const tellingFields = ['op', 'errno', 'driver', 'event', 'call', 'about', 'label', 'outcome', 'name'] as const;

const detailOf = (event: TraceEvent): string => {
  const data = event.data as Readonly<Partial<Record<(typeof tellingFields)[number], string>>>;
  return tellingFields.flatMap((field) => data[field] ?? []).join(' ');
};

/** Reads meanings off a run; looks through the run once, for the roles. */
export const meaningsIn = (timeline: Timeline): ((index: number) => Meaning) => {
  const roleOf = sharedRolesOf(timeline);
  return (index) => {
    const event = timeline.at(index);
    return { type: event.type, role: roleOf(event.task), object: objectOf(event), detail: detailOf(event) };
  };
};

/** A meaning as one string: equal strings, equal meanings. */
export const keyOf = ({ type, role, object, detail }: Meaning): string => JSON.stringify([type, role, object, detail]);
