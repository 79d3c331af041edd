import type { TraceEvent } from './facts.ts';
import type { TaskId } from './ids.ts';
import type { Timeline } from './timeline.ts';

/** What a task is to the story: the same in two runs whatever its pid. */
export type Role = string;

/** The role of a task that asked for nothing and whose name the recording never shows. */
export const namelessRole: Role = 'task';

interface Life {
  readonly task: TaskId;
  readonly first: number;
  last: number;
  call?: string;
  comm?: string;
}

/** A kernel worker's name carries its cpu and number (`kworker/1:2-events`), which mean nothing in another run. */
const commonComm = (comm: string): string => (comm.startsWith('kworker/') ? 'kworker' : comm);

const learn = (life: Life, event: TraceEvent): void => {
  if (event.type === 'SyscallEntered') {
    life.call ??= event.data.about === undefined ? event.data.call : `${event.data.call} ${event.data.about}`;
  }
  if (event.comm !== undefined) life.comm ??= commonComm(event.comm);
};

const livesOf = (timeline: Timeline): readonly Life[] => {
  const lives = new Map<TaskId, Life>();
  for (let index = 0; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    const life = lives.get(event.task) ?? { task: event.task, first: index, last: index };
    life.last = index;
    learn(life, event);
    lives.set(event.task, life);
  }
  return [...lives.values()];
};

const isKernelTask = (task: TaskId): boolean => /^\d+$/.test(task);

const roleName = ({ task, call, comm }: Life): Role => (isKernelTask(task) ? (call ?? comm ?? namelessRole) : task);

/** The lowest lane that is free again before `first`; a lane is busy until the event index it holds. */
const freeLane = (busyUntil: readonly number[], first: number): number => {
  const free = busyUntil.findIndex((until) => until < first);
  return free < 0 ? busyUntil.length : free;
};

/**
 * The role of every task of a run. A simulated task keeps its name. A recorded task is called after the first thing
 * it asked the kernel for (`write bind 0000:03:02.0 virtio-pci`), else after its comm, else `task`.
 *
 * Tasks that live one after the other share a role, so that one more of them does not rename all that follow; those
 * that live at the same time are told apart in order of appearance: `write bind …`, `write bind … #2`.
 *
 * @returns a role for every task of the run, and the task's own id for one that is not of it.
 */
export const rolesOf = (timeline: Timeline): ((task: TaskId) => Role) => {
  const roles = new Map<TaskId, Role>();
  const lanes = new Map<Role, number[]>();
  for (const life of livesOf(timeline)) {
    const name = roleName(life);
    const busyUntil = lanes.get(name) ?? [];
    const lane = freeLane(busyUntil, life.first);
    busyUntil[lane] = life.last;
    lanes.set(name, busyUntil);
    roles.set(life.task, lane === 0 ? name : `${name} #${lane + 1}`);
  }
  return (task) => roles.get(task) ?? task;
};

/** As `rolesOf`, without telling apart the tasks that share a role. */
export const sharedRolesOf = (timeline: Timeline): ((task: TaskId) => Role) => {
  const roles = new Map(livesOf(timeline).map((life) => [life.task, roleName(life)]));
  return (task) => roles.get(task) ?? task;
};
