import type { Field, Memory } from '@custody/explore';
import {
  type DeviceId,
  deviceId,
  deviceLock,
  type GroupId,
  groupId,
  groupLock,
  iommuProbeLock,
  type LockId,
  vfioContainerLock,
  vfioGroupLock,
} from '@custody/trace';
import { dmaApi, firstCookie, isAtWork, nobody, noDriver, presence } from './codes.ts';
import type { DeviceFields, Fields, GroupFields, TaskFields } from './fields.ts';
import { type DriverName, deviceOf, driverNames, drivers, type Scenario, traitsOf, usersOf } from './scenario.ts';

/** Scenarios have one group. */
export const theGroup: GroupId = groupId('1');

/** The driver that code `code` means, or null. */
export const driverNamed = (code: number): DriverName | null => driverNames[code - 1] ?? null;
export const driverCode = (name: DriverName | null): number =>
  name === null ? noDriver : driverNames.indexOf(name) + 1;

const manages: readonly boolean[] = [false, ...driverNames.map((name) => drivers[name].managed)];
const waits: readonly boolean[] = [false, ...driverNames.map((name) => traitsOf(name).vfio === true)];
/** driver_managed_dma of the driver with this code; false when there is none. */
export const isManaged = (code: number): boolean => manages[code] as boolean;
/** Its remove() waits for user space. */
export const isVfio = (code: number): boolean => waits[code] as boolean;
/** A driver is there, and it leaves DMA to the kernel's DMA API. */
export const usesDmaApi = (code: number): boolean => code !== noDriver && !isManaged(code);

/** What names a driver as the owner. */
export const driverOwner = ({ users }: Pick<Views, 'users'>, driver: number): number =>
  firstCookie + users.length + driver - 1;

/** A driver's token: itself where it manages its own DMA, the DMA API's where it does not (V2, token()). */
export const tokenOf = (views: Pick<Views, 'users'>, driver: number): number =>
  isManaged(driver) ? driverOwner(views, driver) : dmaApi;

/** What names the user as the group's owner, who speaks through a device with `driver`; where there is none, its cookie. */
export const ownerCodeOf = (
  { users }: Pick<Views, 'users'>,
  ownerId: 'cookie' | 'driver' | 'token',
  cookie: number,
  driver: number,
): number => {
  if (ownerId === 'cookie' || driver === noDriver) return cookie;
  return ownerId === 'driver' ? driverOwner({ users }, driver) : tokenOf({ users }, driver);
};

/** A mutex: whom it is held by. */
export class LockView {
  readonly id: LockId;
  /** Its place in the order in which locks must be taken, outermost first (§1.4). */
  readonly rank: number;
  private readonly memory: Memory;
  private readonly field: Field;

  constructor(id: LockId, rank: number, memory: Memory, field: Field) {
    this.id = id;
    this.rank = rank;
    this.memory = memory;
    this.field = field;
  }

  /** The holder's number, or -1 when free. */
  get holder(): number {
    return this.memory.get(this.field) - 1;
  }

  set holder(task: number) {
    this.memory.set(this.field, task + 1);
  }
}

/**
 * Outermost first: device_lock, VFIO's locks, the IOMMU's probe lock, and the group's mutex, under which no other is
 * taken (§1.4). Two locks of one rank are never held together.
 */
const rank = { device: 0, vfioGroup: 1, container: 2, probe: 3, group: 4 } as const;

/** struct iommu_group, and VFIO's own structures about it: what ownership reads and writes there. */
export class GroupView {
  readonly mutex: LockView;
  readonly probeLock: LockView;
  readonly vfioLock: LockView;
  readonly containerLock: LockView;
  private readonly memory: Memory;
  private readonly fields: GroupFields;

  constructor(memory: Memory, fields: GroupFields) {
    this.memory = memory;
    this.fields = fields;
    this.mutex = new LockView(groupLock(theGroup), rank.group, memory, fields.mutex);
    this.probeLock = new LockView(iommuProbeLock, rank.probe, memory, fields.probeLock);
    this.vfioLock = new LockView(vfioGroupLock(theGroup), rank.vfioGroup, memory, fields.vfioLock);
    this.containerLock = new LockView(vfioContainerLock(theGroup), rank.container, memory, fields.containerLock);
  }

  get owner(): number {
    return this.memory.get(this.fields.owner);
  }

  set owner(code: number) {
    this.memory.set(this.fields.owner, code);
  }

  get ownerCount(): number {
    return this.memory.get(this.fields.ownerCount);
  }

  /** Too large a count stays at the largest that there is room for, and so does one below 0: owner_cnt is unsigned. */
  set ownerCount(count: number) {
    const { ownerCount } = this.fields;
    this.memory.set(ownerCount, count < 0 ? ownerCount.mask : Math.min(count, ownerCount.mask));
  }

  get domain(): number {
    return this.memory.get(this.fields.domain);
  }

  set domain(code: number) {
    this.memory.set(this.fields.domain, code);
  }

  /** The code of the domain that is the group's default one; `detached` when it has none yet. */
  get defaultDomain(): number {
    return this.memory.get(this.fields.defaultDomain);
  }

  set defaultDomain(code: number) {
    this.memory.set(this.fields.defaultDomain, code);
  }

  /** A user owns it: the owner is a cookie or a driver, not the DMA API. */
  get hasExplicitOwner(): boolean {
    return this.owner !== nobody && this.owner !== dmaApi;
  }

  /** The number of the user whose container is set, plus one; 0 for none. */
  get container(): number {
    return this.memory.get(this.fields.container);
  }

  set container(code: number) {
    this.memory.set(this.fields.container, code);
  }

  /** That container's VFIO_SET_IOMMU was done. */
  get iommuSet(): boolean {
    return this.memory.get(this.fields.iommuSet) === 1;
  }

  set iommuSet(value: boolean) {
    this.memory.set(this.fields.iommuSet, value ? 1 : 0);
  }

  /** The machine has stopped at a BUG. */
  get bug(): boolean {
    return this.memory.get(this.fields.bug) === 1;
  }

  set bug(value: boolean) {
    this.memory.set(this.fields.bug, value ? 1 : 0);
  }
}

/** struct device: its driver, its lock, and what only the simulation knows. */
export class DeviceView {
  readonly id: DeviceId;
  readonly lock: LockView;
  private readonly group: GroupView;
  private readonly memory: Memory;
  private readonly fields: DeviceFields;

  constructor(id: DeviceId, group: GroupView, memory: Memory, fields: DeviceFields) {
    this.id = id;
    this.group = group;
    this.memory = memory;
    this.fields = fields;
    this.lock = new LockView(deviceLock(id), rank.device, memory, fields.lock);
  }

  /** dev->driver, as whoever holds the device_lock knows it. */
  get driver(): number {
    return this.memory.get(this.fields.driver);
  }

  /** A plain store: the others see it at once, or, where stores may be late, when `publish` says so. */
  set driver(code: number) {
    this.memory.set(this.fields.driver, code);
  }

  /** dev->driver, as one read without the device_lock sees it. */
  get shownDriver(): number {
    return this.memory.get(this.fields.shown);
  }

  /** A store to dev->driver is not visible to the others yet. */
  get isLate(): boolean {
    return this.driver !== this.shownDriver;
  }

  /** Makes the last store to dev->driver visible. */
  publish(): void {
    if (this.isLate) this.memory.set(this.fields.shown, this.driver);
  }

  /** dev->driver->driver_managed_dma; false when there is none. */
  get isManaged(): boolean {
    return isManaged(this.driver);
  }

  /** A driver that leaves DMA to the kernel's DMA API is there. */
  get usesDmaApi(): boolean {
    return usesDmaApi(this.driver);
  }

  /** In the group's list: from when it joined until it left, even while it is being deleted. */
  get isMember(): boolean {
    const { presence: now } = this;
    return now === presence.member || now === presence.dead;
  }

  get stage(): number {
    return this.memory.get(this.fields.stage);
  }

  set stage(code: number) {
    this.memory.set(this.fields.stage, code);
    const works = isAtWork(code) && this.usesDmaApi;
    if (works !== this.isWorking) this.memory.set(this.fields.works, works ? 1 : 0);
  }

  /** Ghost: a driver that leaves DMA to the kernel's DMA API is at work. */
  get isWorking(): boolean {
    return this.memory.get(this.fields.works) === 1;
  }

  /** Ghost: the auto-claim succeeded and was not released. */
  get holds(): boolean {
    return this.memory.get(this.fields.holds) !== 0;
  }

  set holds(value: boolean) {
    this.memory.set(this.fields.holds, value ? 1 : 0);
  }

  /** Ghost: as `holds`, and the claim was written down, as the device was in its group. */
  get isRecorded(): boolean {
    return this.memory.get(this.fields.holds) === 1;
  }

  /** The claim "succeeds" without a record. */
  holdUnrecorded(): void {
    this.memory.set(this.fields.holds, 2);
  }

  /** The device itself remembers that it claimed; kept only where the scheme does that. */
  get remembers(): boolean {
    return this.memory.get(this.fields.remembers) === 1;
  }

  set remembers(value: boolean) {
    if (this.fields.remembers.mask !== 0) this.memory.set(this.fields.remembers, value ? 1 : 0);
  }

  get presence(): number {
    return this.memory.get(this.fields.presence);
  }

  set presence(code: number) {
    this.memory.set(this.fields.presence, code);
  }

  /** Its ready_to_probe bit is not set yet. */
  get isUnready(): boolean {
    return this.memory.get(this.fields.isUnready) === 1;
  }

  set isUnready(value: boolean) {
    this.memory.set(this.fields.isUnready, value ? 1 : 0);
  }

  /** The domain that the IOMMU really translates it with. */
  get hardware(): number {
    return this.fields.hardware.mask === 0 ? this.group.domain : this.memory.get(this.fields.hardware);
  }

  set hardware(code: number) {
    if (this.fields.hardware.mask !== 0) this.memory.set(this.fields.hardware, code);
  }

  /** driver_override: a driver's code. */
  get override(): number {
    return this.memory.get(this.fields.override);
  }

  set override(code: number) {
    this.memory.set(this.fields.override, code);
  }

  get deferred(): number {
    return this.memory.get(this.fields.deferred);
  }

  /** Kept only where someone comes to probe it again. */
  set deferred(code: number) {
    if (this.fields.deferred.mask !== 0) this.memory.set(this.fields.deferred, code);
  }

  /** User space has its file open. */
  get isOpen(): boolean {
    return this.memory.get(this.fields.open) === 1;
  }

  set isOpen(value: boolean) {
    this.memory.set(this.fields.open, value ? 1 : 0);
  }

  /** Its vfio driver has left VFIO's list of the group, and not yet the device. */
  get hasLeftVfio(): boolean {
    return this.memory.get(this.fields.open) === 2;
  }

  set hasLeftVfio(value: boolean) {
    if (this.fields.open.mask !== 0) this.memory.set(this.fields.open, value ? 2 : 0);
  }
}

/** What a task keeps in its own registers while a call is in flight. */
export class TaskView {
  readonly number: number;
  readonly fields: TaskFields;
  private readonly memory: Memory;

  constructor(number: number, memory: Memory, fields: TaskFields) {
    this.number = number;
    this.memory = memory;
    this.fields = fields;
  }

  get errno(): number {
    return this.memory.get(this.fields.errno);
  }

  set errno(code: number) {
    this.memory.set(this.fields.errno, code);
  }

  /** The dev->driver that was read last, where its flag is read apart. */
  get seen(): number {
    return this.memory.get(this.fields.seen);
  }

  set seen(code: number) {
    this.memory.set(this.fields.seen, code);
  }

  /** Which driver of a bind's list; or which of the two probes of a test. */
  get turn(): number {
    return this.memory.get(this.fields.turn);
  }

  set turn(code: number) {
    this.memory.set(this.fields.turn, code);
  }

  /** It asked for the group's mutex while a claim was waiting for it already; only where tasks go on for ever. */
  get isBehind(): boolean {
    return this.memory.get(this.fields.isBehind) === 1;
  }

  set isBehind(value: boolean) {
    if (this.fields.isBehind.mask !== 0) this.memory.set(this.fields.isBehind, value ? 1 : 0);
  }
}

/** Someone in user space, known to the group by a cookie. */
export class UserView {
  readonly name: string;
  readonly cookie: number;
  /** The device through whose driver it speaks to the group. */
  readonly through: DeviceView;
  private readonly memory: Memory;
  private readonly field: Field;

  constructor(name: string, cookie: number, through: DeviceView, memory: Memory, field: Field) {
    this.name = name;
    this.cookie = cookie;
    this.through = through;
    this.memory = memory;
    this.field = field;
  }

  /** Ghost: how many claims succeeded and were not released. */
  get claims(): number {
    return this.memory.get(this.field);
  }

  /** Too large a count stays at the largest that there is room for; who releases what it never claimed has none. */
  set claims(count: number) {
    this.memory.set(this.field, Math.max(0, Math.min(count, this.field.mask)));
  }

  get owns(): boolean {
    return this.claims > 0;
  }
}

/** A driver's module: whether its memory is gone. */
class ModuleView {
  private readonly memory: Memory;
  private readonly field: Field;

  constructor(memory: Memory, field: Field) {
    this.memory = memory;
    this.field = field;
  }

  get isFreed(): boolean {
    return this.memory.get(this.field) === 1;
  }

  set isFreed(value: boolean) {
    this.memory.set(this.field, value ? 1 : 0);
  }
}

/** Everything there is, over one memory. */
export interface Views {
  readonly group: GroupView;
  readonly devices: readonly DeviceView[];
  readonly users: readonly UserView[];
  /** By driver code less one. */
  readonly modules: readonly ModuleView[];
  readonly tasks: readonly TaskView[];
}

export const viewsOf = (scenario: Scenario, fields: Fields, memory: Memory): Views => {
  const group = new GroupView(memory, fields.group);
  const devices = Object.keys(scenario.devices).map(
    (id, index) => new DeviceView(deviceId(id), group, memory, fields.devices[index] as DeviceFields),
  );
  return {
    group,
    devices,
    users: usersOf(scenario).map((name, index) => {
      const through = devices.find(({ id }) => id === deviceOf(scenario, name)) ?? (devices[0] as DeviceView);
      return new UserView(name, firstCookie + index, through, memory, fields.claims[index] as Field);
    }),
    modules: fields.freed.map((field) => new ModuleView(memory, field)),
    tasks: fields.tasks.map((task, number) => new TaskView(number, memory, task)),
  };
};
