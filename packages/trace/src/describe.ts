import type { Facts, FactType, TraceEvent } from './facts.ts';
import type { DeviceId, GroupId } from './ids.ts';

const value = (field: unknown): string => (field === null ? '-' : String(field));

/** A fact's data as `field=value` words, in the shape that `trace-cmd report` readers know. */
export const fieldsOf = (event: { readonly type: FactType; readonly data: object }): string => {
  if (event.type === 'LineKept') return (event.data as Facts['LineKept']).text;
  if (event.type === 'MarkerWritten') return (event.data as Facts['MarkerWritten']).text;
  return Object.entries(event.data)
    .map(([key, field]) => `${key}=${value(field)}`)
    .join(' ');
};

/**
 * Who owns a group, in words: a cookie; `kernel` for users of the DMA API that are only counted; `none`; `?` when a
 * recording has not read it yet, or its kernel has no such field.
 */
export const ownerText = ({
  owner,
  count,
}: {
  readonly owner: string | null;
  readonly count: number | null;
}): string => {
  if (owner !== null) return owner;
  if (count === null) return '?';
  return count > 0 ? 'kernel' : 'none';
};

/** What the event is called: its type, or for a line that was kept the name of its own trace event. */
export const nameOf = (event: TraceEvent): string => (event.type === 'LineKept' ? event.data.name : event.type);

/** What the event is about: the lock's, call's or driver core's object, e.g. `group:6`; null when nothing. */
export const objectOf = (event: TraceEvent): string | null => {
  const { lock, device, group } = event.data as { lock?: string; device?: DeviceId; group?: GroupId | null };
  if (lock !== undefined) return lock;
  if (device !== undefined) return `device:${device}`;
  return group === undefined || group === null ? null : `group:${group}`;
};
