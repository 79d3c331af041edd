import { objectOf, sharedRolesOf, type Timeline, type TraceEvent } from '@custody/trace';
import { digest } from 'lib0/hash/sha256';
import { encodeUtf8 } from 'lib0/string';

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

/** A meaning in 48 bits of SHA-256; 0 stands for no event. */
export type MeaningKey = number;

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

/** The first 48 bits of the text's SHA-256. */
const hashOf = (text: string): number =>
  digest(encodeUtf8(text))
    .subarray(0, 6)
    .reduce((sum, byte) => sum * 256 + byte, 0);

/** A meaning as one string: equal strings, equal meanings. */
export const textOf = ({ type, role, object, detail }: Meaning): string => JSON.stringify([type, role, object, detail]);

export const keyOfText = (text: string): MeaningKey => hashOf(text);
export const keyOf = (meaning: Meaning): MeaningKey => keyOfText(textOf(meaning));

/** 30 bits, which are small in a document: enough to tell a neighbour, or what a fact says, from another. */
export const shortOf = (key: number): number => key % 2 ** 30;

/** What the fact says with its counts and cookies, in 30 bits. */
export const contentOf = ({ type, data }: TraceEvent): number => shortOf(hashOf(JSON.stringify([type, data])));
