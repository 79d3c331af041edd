import { streamId } from '@custody/log';
import type { Parcel, Stretch } from './parcel.ts';

/** What a parcel says before its first event. */
export type Label = Omit<Parcel, 'read'>;

type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const stretchIn = (value: unknown): Stretch | undefined => {
  const { stream, count } = fieldsOf(value) ?? {};
  if (typeof stream !== 'string' || typeof count !== 'number') return;
  if (!Number.isSafeInteger(count) || count < 0) return;
  try {
    return { stream: streamId(stream), count };
  } catch {
    return;
  }
};

/** The label that a value is, or undefined when it is none. */
export const labelOf = (value: unknown): Label | undefined => {
  const fields = fieldsOf(value);
  const events = stretchIn(fields?.['events']);
  const notes = stretchIn(fields?.['notes']);
  return fields && events && notes && { about: fields['about'], events, notes };
};

/** As `labelOf`, of JSON. */
export const labelIn = (text: string): Label | undefined => {
  try {
    return labelOf(JSON.parse(text));
  } catch {
    return;
  }
};
