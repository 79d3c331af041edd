import type { Field } from '@custody/explore';
import { driverId, type Fact } from '@custody/trace';
import { presence, stage } from './codes.ts';
import type { Machine } from './machine.ts';
import { domainNamed, driverIdOf, errnoNamed, ownerNamed } from './names.ts';
import { drivers, type ScriptedCall } from './scenario.ts';
import { type DeviceView, type LockView, theGroup } from './views.ts';

/** The call that wrote, and the errno that it would return by now. */
interface Writer {
  readonly call: ScriptedCall;
  readonly errno: number;
  /** Which driver of the call's list. */
  readonly turn: number;
}

/** What to tell of a field that has just changed; null when nothing does. */
export type FactMaker = (writer: Writer) => Fact | null;

const lockFact =
  (lock: LockView): FactMaker =>
  () => ({ type: lock.holder < 0 ? 'LockReleased' : 'LockAcquired', data: { lock: lock.id } });

const driverFact = (device: DeviceView): FactMaker => {
  const { id } = device;
  return () => {
    const driver = driverIdOf(device.driver);
    if (driver === null) return { type: 'DriverCleared', data: { device: id } };
    return { type: 'DriverSet', data: { device: id, driver } };
  };
};

/** Told when the stage changes, which is just before dev->driver does: the driver is the one of the call. */
const bindStarted = (device: DeviceView['id'], { call, turn }: Writer): Fact => {
  const driver = 'drivers' in call ? call.drivers[call.drivers.length > 1 ? turn : 0] : undefined;
  if (driver === undefined) throw new TypeError(`Cannot tell of a bind during ${call.kind} as that binds nothing`);
  return { type: 'BindStarted', data: { device, driver: driverId(driver), managed: drivers[driver].managed } };
};

const stageFact =
  (view: DeviceView): FactMaker =>
  (writer) => {
    const { call, errno } = writer;
    const device = view.id;
    switch (view.stage) {
      case stage.binding:
        return bindStarted(device, writer);
      case stage.probing:
      case stage.probingRefused:
      case stage.failedEarly:
      case stage.failedSilently:
      case stage.clearedEarly:
      case stage.clearedFailing:
      case stage.cleared:
      case stage.clearedManaged:
      case stage.left:
      case stage.refusedAtBound:
      case stage.refused: // the return of the claim tells it
        return null;
      case stage.probed:
      case stage.probedRefused:
      case stage.failing:
        return { type: 'ProbeReturned', data: { device, errno: errnoNamed(errno) } };
      case stage.unbinding:
        return { type: 'UnbindStarted', data: { device } };
      case stage.removed:
      case stage.tested:
        return { type: 'RemoveReturned', data: { device } };
      case stage.bound:
        return { type: 'BindReturned', data: { device, errno: errnoNamed(errno) } };
      default:
        if (call.kind === 'unbind' || call.kind === 'remove') return { type: 'UnbindReturned', data: { device } };
        return { type: 'BindReturned', data: { device, errno: errnoNamed(errno) } };
    }
  };

const presenceFact =
  (view: DeviceView): FactMaker =>
  () => {
    const device = view.id;
    switch (view.presence) {
      case presence.registered:
        return { type: 'DeviceRegistered', data: { device } };
      case presence.member:
        return { type: 'DeviceAdded', data: { device, group: theGroup } };
      case presence.absent:
        return { type: 'DeviceRemoved', data: { device } };
      default: // kill_device() is nothing that anybody sees
        return null;
    }
  };

/** For every field that the world shows, the fact that tells of its change; the rest are ghosts and registers. */
export const factMakers = ({ fields, views }: Machine): ReadonlyMap<Field, FactMaker> => {
  const { group, devices } = views;
  const ownerSet: FactMaker = () => ({
    type: 'OwnerSet',
    data: { group: theGroup, owner: ownerNamed(views, group.owner), count: group.ownerCount },
  });
  const makers = new Map<Field, FactMaker>([
    [fields.group.mutex, lockFact(group.mutex)],
    [fields.group.probeLock, lockFact(group.probeLock)],
    [fields.group.vfioLock, lockFact(group.vfioLock)],
    [fields.group.containerLock, lockFact(group.containerLock)],
    [fields.group.owner, ownerSet],
    [fields.group.ownerCount, ownerSet],
    [
      fields.group.domain,
      () => ({ type: 'DomainAttached', data: { group: theGroup, domain: domainNamed(group.domain) } }),
    ],
  ]);
  for (const [index, device] of devices.entries()) {
    const own = fields.devices[index];
    if (own === undefined) continue;
    makers.set(own.lock, lockFact(device.lock));
    makers.set(own.driver, driverFact(device));
    makers.set(own.stage, stageFact(device));
    makers.set(own.presence, presenceFact(device));
  }
  return makers;
};
