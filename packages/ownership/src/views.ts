import { type DeviceId, deviceId, deviceLock, type GroupId, groupId, groupLock, type LockId } from '@custody/trace';
import { firstCookie, noDriver } from './codes.ts';
import type { DeviceFields, Fields, GroupFields, TaskFields } from './fields.ts';
import type { Field, Memory } from './layout.ts';
import { type DriverName, driverNames, drivers, type Scenario, usersOf } from './scenario.ts';

/** Scenarios have one group. */
export const theGroup: GroupId = groupId('1');

/** The driver that code `code` means, or null. */
export const driverNamed = (code: number): DriverName | null => driverNames[code - 1] ?? null;
export const driverCode = (name: DriverName | null): number =>
  name === null ? noDriver : driverNames.indexOf(name) + 1;

/** A mutex: whom it is held by. */
export class LockView {
  readonly id: LockId;
  private readonly memory: Memory;
  private readonly field: Field;

  constructor(id: LockId, memory: Memory, field: Field) {
    this.id = id;
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

/** struct iommu_group: what ownership reads and writes there. */
export class GroupView {
  readonly mutex: LockView;
  private readonly memory: Memory;
  private readonly fields: GroupFields;

  constructor(memory: Memory, fields: GroupFields) {
    this.memory = memory;
    this.fields = fields;
    this.mutex = new LockView(groupLock(theGroup), memory, fields.mutex);
  }

  get owner(): number {
    return this.memory.get(this.fields.owner);
  }

  set owner(cookie: number) {
    this.memory.set(this.fields.owner, cookie);
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
}

/** struct device: its driver, its lock, and what only the simulation knows. */
export class DeviceView {
  readonly id: DeviceId;
  readonly lock: LockView;
  private readonly memory: Memory;
  private readonly fields: DeviceFields;

  constructor(id: DeviceId, memory: Memory, fields: DeviceFields) {
    this.id = id;
    this.memory = memory;
    this.fields = fields;
    this.lock = new LockView(deviceLock(id), memory, fields.lock);
  }

  /** dev->driver. */
  get driver(): number {
    return this.memory.get(this.fields.driver);
  }

  set driver(code: number) {
    this.memory.set(this.fields.driver, code);
  }

  /** dev->driver->driver_managed_dma, with one read of dev->driver; false when there is none. */
  get isManaged(): boolean {
    const name = driverNamed(this.driver);
    return name !== null && drivers[name].managed;
  }

  /** One read of dev->driver: a driver that leaves DMA to the kernel's DMA API is there. */
  get usesDmaApi(): boolean {
    const name = driverNamed(this.driver);
    return name !== null && !drivers[name].managed;
  }

  get stage(): number {
    return this.memory.get(this.fields.stage);
  }

  set stage(code: number) {
    this.memory.set(this.fields.stage, code);
  }

  /** Ghost: the auto-claim succeeded and was not released. */
  get holds(): boolean {
    return this.memory.get(this.fields.holds) === 1;
  }

  set holds(value: boolean) {
    this.memory.set(this.fields.holds, value ? 1 : 0);
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

  /** How many siblings the walk has looked at. */
  get walk(): number {
    return this.memory.get(this.fields.walk);
  }

  set walk(count: number) {
    this.memory.set(this.fields.walk, count);
  }
}

/** Someone in user space, known to the group by a cookie. */
export class UserView {
  readonly name: string;
  readonly cookie: number;
  private readonly memory: Memory;
  private readonly field: Field;

  constructor(name: string, cookie: number, memory: Memory, field: Field) {
    this.name = name;
    this.cookie = cookie;
    this.memory = memory;
    this.field = field;
  }

  /** Ghost: the claim succeeded and was not released. */
  get owns(): boolean {
    return this.memory.get(this.field) === 1;
  }

  set owns(value: boolean) {
    this.memory.set(this.field, value ? 1 : 0);
  }
}

/** Everything there is, over one memory. */
export interface Views {
  readonly group: GroupView;
  readonly devices: readonly DeviceView[];
  readonly users: readonly UserView[];
  readonly tasks: readonly TaskView[];
}

export const viewsOf = (scenario: Scenario, fields: Fields, memory: Memory): Views => ({
  group: new GroupView(memory, fields.group),
  devices: Object.keys(scenario.devices).map(
    (id, index) => new DeviceView(deviceId(id), memory, fields.devices[index] as DeviceFields),
  ),
  users: usersOf(scenario).map(
    (name, index) => new UserView(name, firstCookie + index, memory, fields.claims[index] as Field),
  ),
  tasks: fields.tasks.map((task, number) => new TaskView(number, memory, task)),
});
