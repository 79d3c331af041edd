import type { Call, DeviceState, LockId, LockState, TaskId, Topology, World } from '@custody/trace';
import { noDriver, phaseOf } from './codes.ts';
import type { Machine } from './machine.ts';
import { domainNamed, driverIdOf, ownerNamed, taskNamed } from './names.ts';
import type { Stand } from './program.ts';
import { type DeviceView, type LockView, theGroup, type Views } from './views.ts';

const managedOf = (device: DeviceView): boolean | null => (device.driver === noDriver ? null : device.isManaged);

const deviceState = (device: DeviceView): DeviceState => ({
  group: theGroup,
  driver: driverIdOf(device.driver),
  managed: managedOf(device),
  phase: phaseOf(device.stage),
});

/** The ownership call that a task at `stand` is inside, as the trace tells it; null when in none. */
export const traceCall = ({ users }: Pick<Views, 'users'>, { inside, call }: Stand): Call | null => {
  if (inside === null) return null;
  if (call.kind === 'bind' || call.kind === 'unbind') {
    return { op: inside, group: theGroup, device: call.device as DeviceView['id'] };
  }
  const owner = ownerNamed({ users }, users.find(({ name }) => name === call.owner)?.cookie ?? 0);
  return call.kind === 'claim' && owner !== null
    ? { op: inside, group: theGroup, owner }
    : { op: inside, group: theGroup };
};

const locksOf = (machine: Machine): Record<LockId, LockState> => {
  const { group, devices, tasks } = machine.views;
  const locks: Record<LockId, LockState> = {};
  const all: readonly LockView[] = [group.mutex, ...devices.map(({ lock }) => lock)];
  for (const lock of all) {
    const holders = lock.holder < 0 ? [] : [taskNamed(lock.holder)];
    const waiting = tasks.filter(({ number }) => machine.standOf(number)?.lock === lock);
    const waiters = waiting.map(({ number }) => taskNamed(number)).sort();
    if (holders.length + waiters.length > 0) locks[lock.id] = { holders, waiters };
  }
  return locks;
};

const tasksOf = (machine: Machine): World['tasks'] => {
  const tasks: Record<TaskId, { calls: readonly Call[] }> = {};
  for (const { number } of machine.views.tasks) {
    const stand = machine.standOf(number);
    const call = stand && traceCall(machine.views, stand);
    if (call) tasks[taskNamed(number)] = { calls: [call] };
  }
  return tasks;
};

/** The state that `machine` looks at, in the world's own words and canonical form. */
export const worldOfMachine = (machine: Machine): World => {
  const { views } = machine;
  const { group, devices } = views;
  return {
    groups: {
      [theGroup]: {
        devices: devices.map(({ id }) => id),
        owner: ownerNamed(views, group.owner),
        ownerCount: group.ownerCount,
        domain: domainNamed(group.domain),
      },
    },
    devices: Object.fromEntries(devices.map((device) => [device.id, deviceState(device)])),
    locks: locksOf(machine),
    tasks: tasksOf(machine),
    lost: 0,
    bugs: [],
  };
};

/** How the group stands in the state that `machine` looks at, as a topology: what a run that starts there is told. */
export const topologyOfMachine = ({ views }: Machine): Topology => ({
  groups: [
    {
      id: theGroup,
      devices: views.devices.map((device) => ({
        id: device.id,
        driver: driverIdOf(device.driver),
        managed: managedOf(device),
      })),
      owner: ownerNamed(views, views.group.owner),
      ownerCount: views.group.ownerCount,
      domain: domainNamed(views.group.domain),
    },
  ],
});
