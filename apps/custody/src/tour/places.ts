import { position, type TaskId, type TraceEvent } from '@custody/trace';
import type { Run } from '@custody/workbench';

/** A place in a run worth walking to: a position, and what is to be seen there. */
export interface Place {
  readonly at: number;
  readonly text: string;
}

const firstWhere = (run: Run, holds: (event: TraceEvent, at: number) => string | undefined): Place | undefined => {
  for (let index = 0; index < run.timeline.length; index += 1) {
    const text = holds(run.timeline.at(index), index + 1);
    if (text !== undefined) return { at: index + 1, text };
  }
  return undefined;
};

/**
 * Where the group mutex is really fought for: one task inside an ownership call holds it, and two others wait for it
 * inside theirs. With `dev->driver` set and the claim waiting for the mutex, that is case 2 of the mail.
 */
export const contendedPlace = (run: Run): Place | undefined =>
  firstWhere(run, (event, at) => {
    if (event.type !== 'LockContended' || !event.data.lock.startsWith('group:')) return undefined;
    const world = run.replayer.stateAt(position(at));
    const lock = world.locks[event.data.lock];
    const callOf = (task: TaskId): string | undefined => {
      const call = world.tasks[task]?.calls.at(-1);
      return call && `task ${task} in ${call.op}${call.device ? ` of ${call.device}` : ''}`;
    };
    const holders = (lock?.holders ?? []).map(callOf);
    const waiters = (lock?.waiters ?? []).map(callOf);
    if (holders.length !== 1 || waiters.length < 2) return undefined;
    const [holder] = holders;
    if (holder === undefined || waiters.includes(undefined)) return undefined;
    return `${event.data.lock} is held by ${holder}, and waited for by ${waiters.join(' and ')}`;
  });

/** The first finding of a kind. */
export const findingPlace = (run: Run, kind: string): Place | undefined => {
  const found = run.findings.find((finding) => finding.kind === kind && finding.position !== undefined);
  return found?.position === undefined ? undefined : { at: found.position, text: found.text };
};

/** The last release that left an owner behind before `before`: where the group was not given back. */
export const keptPlace = (run: Run, before: number): Place | undefined => {
  for (let index = before - 1; index >= 0; index -= 1) {
    const event = run.timeline.at(index);
    if (event.type !== 'CallReturned' || event.data.op !== 'unuse' || event.data.group === null) continue;
    const world = run.replayer.stateAt(position(index + 1));
    const group = world.groups[event.data.group];
    if (!group?.owner) return undefined;
    const still = group.devices.flatMap((id) => {
      const device = world.devices[id];
      return device?.driver ? [`${id} still shows driver ${device.driver} (${device.phase})`] : [];
    });
    return {
      at: index + 1,
      text: `${event.data.device ?? 'a device'} is released, and the owner stays: ${still.join(', ')}`,
    };
  }
  return undefined;
};
