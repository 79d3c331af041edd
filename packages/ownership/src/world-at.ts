import {
  type Call,
  type DeviceState,
  type DeviceTopology,
  deviceId,
  type LockId,
  type LockState,
  type OperationName,
  ownerId,
  type TaskId,
  type Topology,
  type World,
} from '@custody/trace';
import { noDriver, phaseOf, presence } from './codes.ts';
import type { Machine } from './machine.ts';
import { domainNamed, driverIdOf, ownerNamed, taskNamed } from './names.ts';
import { lateBind } from './operations/vfio.ts';
import type { Stand } from './program.ts';
import type { ScriptedCall } from './scenario.ts';
import { type DeviceView, theGroup, type Views } from './views.ts';

const managedOf = (device: DeviceView): boolean | null => (device.driver === noDriver ? null : device.isManaged);

const deviceState = (device: DeviceView): DeviceState => ({
  group: device.isMember ? theGroup : null,
  driver: driverIdOf(device.driver),
  managed: managedOf(device),
  phase: phaseOf(device.stage),
});

const isThere = (device: DeviceView): boolean => device.presence !== presence.absent;

const deviceTopology = (device: DeviceView): DeviceTopology => ({
  id: device.id,
  driver: driverIdOf(device.driver),
  managed: managedOf(device),
});

/** What the trace tells of an ownership call besides its name: the device, or what a claim offers. */
const detailOf = (
  { users, knobs }: Pick<Machine, 'knobs'> & Pick<Views, 'users'>,
  inside: OperationName,
  call: ScriptedCall,
): Pick<Call, 'device' | 'owner'> => {
  const isOwnDomain = (inside === 'attach' || inside === 'detach') && call.kind === inside;
  const isAboutDevice = isOwnDomain || ['use', 'unuse', 'claim-device', 'release-device'].includes(inside);
  const device = isAboutDevice && 'device' in call ? { device: deviceId(call.device) } : {};
  const user = 'owner' in call ? users.find(({ name }) => name === call.owner) : undefined;
  if (!inside.startsWith('claim') || user === undefined || knobs.ownerId !== 'cookie') return device;
  return { ...device, owner: ownerId(user.name) };
};

/** The ownership call that a task at `stand` is inside, as the trace tells it; null when in none. */
export const traceCall = ({ views, knobs }: Pick<Machine, 'views' | 'knobs'>, { inside, call }: Stand): Call | null =>
  inside === null ? null : { op: inside, group: theGroup, ...detailOf({ users: views.users, knobs }, inside, call) };

const locksOf = (machine: Machine): Record<LockId, LockState> => {
  const { tasks } = machine.views;
  const locks: Record<LockId, LockState> = {};
  for (const lock of machine.allLocks) {
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
    const call = stand && traceCall(machine, stand);
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
        devices: devices.filter(({ isMember }) => isMember).map(({ id }) => id),
        owner: ownerNamed(views, group.owner),
        ownerCount: group.ownerCount,
        domain: domainNamed(group.domain),
      },
    },
    devices: Object.fromEntries(devices.filter(isThere).map((device) => [device.id, deviceState(device)])),
    locks: locksOf(machine),
    tasks: tasksOf(machine),
    lost: 0,
    bugs: group.bug ? [lateBind] : [],
  };
};

/** How the group stands in the state that `machine` looks at, as a topology: what a run that starts there is told. */
export const topologyOfMachine = ({ views }: Machine): Topology => {
  const ungrouped = views.devices.filter((device) => isThere(device) && !device.isMember);
  return {
    groups: [
      {
        id: theGroup,
        devices: views.devices.filter(({ isMember }) => isMember).map(deviceTopology),
        owner: ownerNamed(views, views.group.owner),
        ownerCount: views.group.ownerCount,
        domain: domainNamed(views.group.domain),
      },
    ],
    ...(ungrouped.length > 0 && { ungrouped: ungrouped.map(deviceTopology) }),
  };
};
