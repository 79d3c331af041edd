import {
  type FactType,
  initialWorld,
  type Position,
  position,
  type Role,
  type RunHeader,
  rolesOf,
  sharedRolesOf,
  type Timeline,
  type TraceEvent,
} from '@custody/trace';
import { cookieNames } from './cookie-names.ts';
import { isReturn, meaningOf, uncompared } from './event-key.ts';
import type { Happening } from './partial-order.ts';
import { membership, touchedBy } from './touched.ts';

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
  /** The same as `keys` but for the role. */
  readonly meanings: Int32Array;
  readonly roles: readonly Role[];
}

const errnoOf = (event: TraceEvent): string => (isReturn(event) ? event.data.errno : '');

/** What of a run is compared, and how its tasks are called. */
export interface Selection {
  readonly from: Position;
  readonly ignored: ReadonlySet<FactType>;
  /** Another name for a role: the one that the other run has for it. */
  readonly renamed: ReadonlyMap<Role, Role>;
}

/** The compared events of a run from a position on; roles are those of the whole run. */
export const keyedRun = (timeline: Timeline, { from, ignored, renamed }: Selection, intern: Intern): KeyedRun => {
  const roleOf = rolesOf(timeline);
  const names = cookieNames();
  const indices: number[] = [];
  const keys: number[] = [];
  const attempts: number[] = [];
  const meanings: number[] = [];
  const roles: Role[] = [];
  for (let index: number = from; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    if (uncompared.has(event.type) || ignored.has(event.type)) continue;
    const own = roleOf(event.task);
    const role = renamed.get(own) ?? own;
    const what = `${event.type}|${meaningOf(event, names)}`;
    const meaning = `${what}|${errnoOf(event)}`;
    indices.push(index);
    attempts.push(intern(`${role}|${what}`));
    keys.push(intern(`${role}|${meaning}`));
    meanings.push(intern(meaning));
    roles.push(role);
  }
  return {
    timeline,
    indices: Int32Array.from(indices),
    keys: Int32Array.from(keys),
    attempts: Int32Array.from(attempts),
    meanings: Int32Array.from(meanings),
    roles,
  };
};

/** The compared events with what each touches: what decides which of them may swap. */
export const happeningsOf = (
  { timeline, indices, meanings }: KeyedRun,
  { topology }: Pick<RunHeader, 'topology'>,
  renamed: ReadonlyMap<Role, Role>,
  intern: Intern,
): readonly Happening[] => {
  const roleOf = sharedRolesOf(timeline);
  const { groupOf, watch } = membership(initialWorld(topology));
  const happenings: Happening[] = [];
  let index = 0;
  for (const [compared, at] of indices.entries()) {
    for (; index < at; index += 1) watch(timeline.at(index));
    const event = timeline.at(at);
    const own = roleOf(event.task);
    happenings.push({
      task: event.task,
      role: renamed.get(own) ?? own,
      key: meanings[compared] as number,
      touches: touchedBy(event, groupOf).map(intern),
    });
  }
  return happenings;
};

/** Each role's compared events, in order. */
export const lanesOf = (run: KeyedRun): ReadonlyMap<Role, readonly number[]> => {
  const lanes = new Map<Role, number[]>();
  for (const [compared, role] of run.roles.entries()) {
    const lane = lanes.get(role);
    if (lane === undefined) lanes.set(role, [compared]);
    else lane.push(compared);
  }
  return lanes;
};

/** The position just before a compared event; the run's end when there is none left. */
export const positionOf = ({ timeline, indices }: KeyedRun, compared: number): Position =>
  position(indices[compared] ?? timeline.length);

/** The compared event, or null when the run is over. */
export const eventAt = ({ timeline, indices }: KeyedRun, compared: number): TraceEvent | null => {
  const index = indices[compared];
  return index === undefined ? null : timeline.at(index);
};
