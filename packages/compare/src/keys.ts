import { type Position, position, type Role, rolesOf, type Timeline, type TraceEvent } from '@custody/trace';
import { cookieNames } from './cookie-names.ts';
import { isReturn, meaningOf, uncompared } from './event-key.ts';

/** Texts as small integers, the same in both runs. */
export type Intern = (text: string) => number;

export const interner = (): Intern => {
  const numbers = new Map<string, number>();
  return (text) => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
};

/** The events of a run that are compared, by meaning; the arrays run in parallel. */
export interface KeyedRun {
  readonly timeline: Timeline;
  /** Each compared event's index in the run. */
  readonly indices: Int32Array;
  /** Role, type, object and outcome as one number. */
  readonly keys: Int32Array;
  /** The same but for the errno of a return. */
  readonly attempts: Int32Array;
  readonly roles: readonly Role[];
}

const errnoOf = (event: TraceEvent): string => (isReturn(event) ? event.data.errno : '');

/** The compared events of a run from position `from` on; roles are those of the whole run. */
export const keyedRun = (timeline: Timeline, from: Position, intern: Intern): KeyedRun => {
  const roleOf = rolesOf(timeline);
  const names = cookieNames();
  const indices: number[] = [];
  const keys: number[] = [];
  const attempts: number[] = [];
  const roles: Role[] = [];
  for (let index: number = from; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    if (uncompared.has(event.type)) continue;
    const role = roleOf(event.task);
    const attempt = `${role}|${event.type}|${meaningOf(event, names)}`;
    indices.push(index);
    attempts.push(intern(attempt));
    keys.push(intern(`${attempt}|${errnoOf(event)}`));
    roles.push(role);
  }
  return {
    timeline,
    indices: Int32Array.from(indices),
    keys: Int32Array.from(keys),
    attempts: Int32Array.from(attempts),
    roles,
  };
};

/** The position just before a compared event; the run's end when there is none left. */
export const positionOf = ({ timeline, indices }: KeyedRun, compared: number): Position =>
  position(indices[compared] ?? timeline.length);

/** The compared event, or null when the run is over. */
export const eventAt = ({ timeline, indices }: KeyedRun, compared: number): TraceEvent | null => {
  const index = indices[compared];
  return index === undefined ? null : timeline.at(index);
};
