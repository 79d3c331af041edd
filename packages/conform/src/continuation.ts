import type { DriverName, Scenario, ScriptedCall, Variant } from '@custody/ownership';
import { type GroupId, type Position, position, type TaskId } from '@custody/trace';
import { bindCall, syscallKind, type UserKind, unbindCall } from './calls.ts';
import { Conforming, type ConformingRun } from './conforming.ts';
import { DriverNames } from './driver-names.ts';
import type { Standing } from './reading.ts';

/** What may come of a run from a position on: how a group stands there, and what its tasks went on to call. */
export interface Continuation {
  readonly kind: 'continuation';
  /** Where it begins: the position asked for, or the last one before it at which nobody was inside a call. */
  readonly position: Position;
  readonly group: GroupId;
  /** How many worlds the run left possible there; the scenario begins in the first. */
  readonly worlds: number;
  readonly scenario: Scenario;
  /** The run's task for each of the scenario's. */
  readonly tasks: readonly TaskId[];
}
/** The variant does not come as far as that position. */
export interface NotReached {
  readonly kind: 'not reached';
  readonly position: Position;
}

/** Brings `conforming` from where it stands to `to`; returns the first event that it could not take, or null. */
const goTo = (conforming: Conforming, { timeline }: ConformingRun, from: number, to: number): number | null => {
  for (let index = from; index < to; index += 1) {
    if (conforming.take(timeline.at(index), index) !== null) return index;
  }
  return null;
};

const quietBefore = (run: ConformingRun, variant: Variant, at: number): number | NotReached => {
  const conforming = new Conforming(run, variant);
  let quiet = 0;
  for (let index = 0; index < at; index += 1) {
    if (conforming.isQuiet) quiet = index;
    if (conforming.take(run.timeline.at(index), index) !== null)
      return { kind: 'not reached', position: position(index) };
  }
  return conforming.isQuiet ? at : quiet;
};

interface Called {
  readonly task: TaskId;
  readonly call: ScriptedCall;
}

/** What the tasks of the run call on the group from `from` on, the first `most` of it. */
const callsAfter = (
  run: ConformingRun,
  variant: Variant,
  { group, from, most, standing }: { group: GroupId; from: number; most: number; standing: Standing },
): readonly Called[] => {
  const members = run.header.topology.groups.find(({ id }) => id === group)?.devices.map(({ id }) => id) ?? [];
  const [first] = members;
  if (first === undefined) return [];
  const drivers = new DriverNames(run.header.topology);
  const through = standing.devices.find(({ managed }) => managed)?.id ?? first;
  const byUser = (kind: UserKind, owner: string): ScriptedCall => ({ kind, owner, device: through });
  const found: Called[] = [];
  const claimed = new Map<TaskId, string>();
  for (let index = from; index < run.timeline.length && found.length < most; index += 1) {
    const event = run.timeline.at(index);
    const { task } = event;
    const add = (call: ScriptedCall): void => {
      found.push({ task, call });
    };
    if (event.type === 'BindStarted' && members.includes(event.data.device)) {
      add(bindCall(event.data.device, drivers.learn(event.data.driver, event.data.managed), 'ok'));
    } else if (event.type === 'UnbindStarted' && members.includes(event.data.device)) {
      add(unbindCall(event.data.device));
    } else if (event.type === 'SyscallEntered') {
      const kind = syscallKind(variant, event.data.call);
      if (kind !== null) add(byUser(kind, task));
    } else if (event.type === 'CallEntered' && event.data.group === group) {
      const { op, owner } = event.data;
      if (op === 'claim') claimed.set(task, owner ?? task);
      const user = claimed.get(task) ?? standing.owner ?? task;
      if (op === 'claim' || op === 'release') add(byUser(op, user));
      else if (op === 'attach' || op === 'detach') add(byUser(`${op}-group`, user));
      else if (op === 'store-type') add({ kind: op });
    }
  }
  return found;
};

/**
 * What may come of `run` after `at` under `variant`: a scenario that begins as the group stands there, in which each task
 * calls what it went on to call, in its own time.
 *
 * @param most - how many calls to take from the run. Default: 6.
 */
export const continuationOf = (
  run: ConformingRun,
  variant: Variant,
  at: Position,
  most = 6,
): Continuation | NotReached => {
  const quiet = quietBefore(run, variant, at);
  if (typeof quiet !== 'number') return quiet;
  const conforming = new Conforming(run, variant);
  goTo(conforming, run, 0, quiet);
  const group = conforming.nextGroup(quiet);
  const story = group === null ? null : conforming.storyOf(group);
  if (group === null || story === null) return { kind: 'not reached', position: position(quiet) };
  const standing = story.worlds.standing();
  const called = callsAfter(run, variant, { group, from: quiet, most, standing });
  const tasks = [...new Set(called.map(({ task }) => task))];
  return {
    kind: 'continuation',
    position: position(quiet),
    group,
    worlds: story.worlds.worlds.length,
    scenario: {
      id: `group ${group} from ${quiet}`,
      title: `what may come of group ${group} from position ${quiet}`,
      tags: [],
      devices: Object.fromEntries(standing.devices.map(({ id, driver }) => [id, driver as DriverName | null])),
      owner: standing.owner,
      ...(standing.domain === 'user' && { open: [] }),
      ...((standing.domain === 'own' || standing.domain === 'detached') && { domain: standing.domain }),
      ...(standing.leftOver > 0 && { leftOver: standing.leftOver }),
      tasks: tasks.map((task) => called.filter((one) => one.task === task).map(({ call }) => call)),
    },
    tasks,
  };
};
