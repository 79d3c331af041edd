import { type Field, Layout } from '@custody/explore';
import { domainNames, errnoNames, firstCookie, stageCount } from './codes.ts';
import type { Knobs } from './knobs.ts';
import { driverNames, type Scenario, type ScriptedCall, usersOf } from './scenario.ts';

export interface GroupFields {
  readonly owner: Field;
  readonly ownerCount: Field;
  readonly domain: Field;
  /** Which domain is the group's default one: its code; `detached` when it has none yet. */
  readonly defaultDomain: Field;
  /** 0 is free, n is held by task n - 1; as every lock. */
  readonly mutex: Field;
  /** iommu_probe_device_lock: global, and so the same for the one group that there is. */
  readonly probeLock: Field;
  /** VFIO's group_lock of its struct vfio_group. */
  readonly vfioLock: Field;
  /** VFIO's container: its group_lock, the user it is set for (0 nobody, n is user n - 1), and its IOMMU set. */
  readonly containerLock: Field;
  readonly container: Field;
  readonly iommuSet: Field;
  /** The machine has stopped at a BUG. */
  readonly bug: Field;
}

export interface DeviceFields {
  /** dev->driver, as whoever holds the device_lock knows it. */
  readonly driver: Field;
  /** dev->driver, as the others see it: the same field, unless stores may be late. */
  readonly shown: Field;
  readonly stage: Field;
  /** Ghost: a driver of the DMA API is at work, by `stage` and `driver`. Apart from them, as whoever asks this asks no more. */
  readonly works: Field;
  readonly lock: Field;
  /** Ghost: the auto-claim succeeded and was not released; 2 where it left no record, as the device was in no group. */
  readonly holds: Field;
  /** The claim that the device itself remembers. */
  readonly remembers: Field;
  readonly presence: Field;
  /** The ready_to_probe bit is not set yet. */
  readonly isUnready: Field;
  /** The domain that the IOMMU translates the device with; the group's, unless they can differ. */
  readonly hardware: Field;
  /** driver_override: a driver's code. */
  readonly override: Field;
  /** On the deferred list: 1 pending, 2 active. */
  readonly deferred: Field;
  /** 1: its file is open; 2: its driver has left VFIO's list of the group. */
  readonly open: Field;
}

export interface TaskFields {
  /** Where it stands: a label of one of its calls, all of them numbered through; the number after those when finished. */
  readonly at: Field;
  /** Inside a call: `at` is no entry. Apart from `at`, as whoever asks this asks no more. */
  readonly busy: Field;
  /** What the call in flight will return; and when a call that was the last has, what it returned. */
  readonly errno: Field;
  /** The dev->driver that was read, while its flag is not. */
  readonly seen: Field;
  /** Which driver of a bind's list; or, under CONFIG_DEBUG_TEST_DRIVER_REMOVE, which of the two probes. */
  readonly turn: Field;
  /** It asked for the group's mutex while a claim was waiting for it already; where tasks go on for ever. */
  readonly isBehind: Field;
  /**
   * Errno + 1 of each call that returned, 0 before and for one that was passed over. A last call that cannot be passed
   * over takes no room, as `errno` keeps what it returned; nor does any of a task that goes on for ever.
   */
  readonly results: readonly Field[];
}

/** How many counts there is room for beyond the right ones, so that a wrong one is judged and shown as it is. */
const spareCounts = 100;

/** Where everything stands in a packed state of one scenario. A field that a scenario cannot move takes no room. */
export interface Fields {
  readonly group: GroupFields;
  readonly devices: readonly DeviceFields[];
  /** Ghost, per user: how many claims succeeded and were not released. */
  readonly claims: readonly Field[];
  /** Per driver of `driverNames`: its module is gone. */
  readonly freed: readonly Field[];
  readonly tasks: readonly TaskFields[];
  readonly words: number;
}

/** What a scenario can move beyond the drivers and the owner. */
interface Needs {
  readonly vfio: boolean;
  readonly joins: boolean;
  readonly domains: boolean;
  readonly overrides: boolean;
  readonly defers: boolean;
  readonly unloads: boolean;
  readonly configures: boolean;
}

const vfioKinds: readonly ScriptedCall['kind'][] = [
  'set-container',
  'set-iommu',
  'open-device',
  'close',
  'attach-group',
  'detach-group',
];

const needsOf = ({ claimRecord, domainOnClaim }: Knobs, scenario: Scenario): Needs => {
  const calls = scenario.tasks.flat();
  const has = (...kinds: readonly ScriptedCall['kind'][]): boolean => calls.some(({ kind }) => kinds.includes(kind));
  const joins = scenario.outside !== undefined || has('add', 'remove');
  const vfio = claimRecord === 'none' || has(...vfioKinds) || scenario.open !== undefined;
  return {
    vfio,
    joins,
    domains:
      joins ||
      domainOnClaim === 'detached' ||
      scenario.domain !== undefined ||
      has('attach', 'store-type', 'set-default'),
    overrides: has('override'),
    defers: calls.some((call) => call.kind === 'bind' && call.via === 'deferred'),
    unloads: has('unload'),
    configures: has('configure'),
  };
};

/** How many ways to go on a call may have to count: drivers to try, or the two probes of a test. */
const turnsOf = (scenario: Scenario, call: ScriptedCall): number =>
  Math.max(scenario.testRemove ? 2 : 1, 'drivers' in call ? call.drivers.length : 1);

const needy: readonly ScriptedCall['kind'][] = [
  'release',
  'release-device',
  'set-iommu',
  'open-device',
  'attach-group',
  'detach-group',
];

/** Whether a call is passed over where its user has not got what it is about. */
export const mayBePassedOver = ({ kind }: ScriptedCall): boolean => needy.includes(kind);

const most = (...counts: readonly number[]): number => Math.max(1, ...counts);

/**
 * @param isLate - a store to dev->driver may become visible late.
 * @param labelsOf - how many labels the calls of a task have, all together.
 */
export const fieldsOf = (
  knobs: Knobs,
  scenario: Scenario,
  isLate: boolean,
  labelsOf: (task: number) => number,
): Fields => {
  const layout = new Layout();
  const devices = Object.keys(scenario.devices);
  const users = usersOf(scenario);
  const needs = needsOf(knobs, scenario);
  const flag = (isNeeded: boolean): Field => layout.field(isNeeded ? 2 : 1);
  const lock = (isNeeded = true): Field => layout.field(isNeeded ? scenario.tasks.length + 1 : 1);
  const driver = (isNeeded = true): Field => layout.field(isNeeded ? driverNames.length + 1 : 1);
  const domains = (isNeeded: boolean): Field => layout.field(isNeeded ? domainNames.length : 1);
  const readsTwice = needs.unloads || needs.configures;
  layout.group();
  const group = {
    owner: layout.field(firstCookie + users.length + driverNames.length),
    ownerCount: layout.field(devices.length + users.length + 1 + spareCounts),
    domain: domains(true),
    defaultDomain: domains(needs.domains),
    mutex: lock(),
    probeLock: lock(needs.joins || needs.configures),
    vfioLock: lock(needs.vfio),
    containerLock: lock(needs.vfio),
    container: layout.field(needs.vfio ? users.length + 1 : 1),
    iommuSet: flag(needs.vfio),
    bug: flag(knobs.conflictAtBind === 'BUG'),
  };
  const fields = {
    group,
    devices: devices.map(() => {
      layout.group();
      const ours = driver();
      return {
        driver: ours,
        shown: isLate ? driver() : ours,
        stage: layout.field(stageCount),
        works: layout.field(2),
        lock: lock(),
        holds: layout.field(needs.joins ? 3 : 2),
        remembers: flag(knobs.claimRecord === 'count per device'),
        presence: layout.field(needs.joins ? 4 : 1),
        isUnready: flag(needs.joins),
        hardware: domains(needs.domains),
        override: driver(needs.overrides),
        deferred: layout.field(needs.defers ? 3 : 1),
        open: layout.field(needs.vfio ? 3 : 1),
      };
    }),
    claims: users.map(() => {
      layout.group();
      return layout.field(most(...scenario.tasks.map((script) => script.length)) + 2);
    }),
    freed: driverNames.map(() => flag(needs.unloads)),
    tasks: scenario.tasks.map((script, task) => {
      const isForever = scenario.forever?.includes(task) === true;
      layout.group();
      return {
        at: layout.field(labelsOf(task) + 1),
        busy: layout.field(2),
        errno: layout.field(errnoNames.length),
        seen: driver(readsTwice),
        turn: layout.field(most(...script.map((call) => turnsOf(scenario, call)))),
        isBehind: flag(scenario.forever !== undefined),
        results: script.map((call, turn) => {
          const isKept = !isForever && (turn < script.length - 1 || mayBePassedOver(call));
          return layout.field(isKept ? errnoNames.length + 1 : 1);
        }),
      };
    }),
  };
  return { ...fields, words: layout.place() };
};
