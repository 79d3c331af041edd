import { errnoNames, firstCookie, stageCount } from './codes.ts';
import { type Field, Layout } from './layout.ts';
import { driverNames, type Scenario, usersOf } from './scenario.ts';

export interface GroupFields {
  readonly owner: Field;
  readonly ownerCount: Field;
  readonly domain: Field;
  /** 0 is free, n is held by task n - 1; as every lock. */
  readonly mutex: Field;
}

export interface DeviceFields {
  readonly driver: Field;
  readonly stage: Field;
  readonly lock: Field;
  /** Ghost: the auto-claim succeeded and was not released. */
  readonly holds: Field;
}

export interface TaskFields {
  /** Which call of its script; the script's length when finished. */
  readonly call: Field;
  readonly label: Field;
  /** What the call in flight will return. */
  readonly errno: Field;
  /** How many siblings a walk has looked at. */
  readonly walk: Field;
  /** Errno + 1 of each call that returned, 0 before. */
  readonly results: readonly Field[];
}

/** How many counts there is room for beyond the right ones, so that a wrong one is judged and shown as it is. */
const spareCounts = 100;

/** Where everything stands in a packed state of one scenario. */
export interface Fields {
  readonly group: GroupFields;
  readonly devices: readonly DeviceFields[];
  /** Ghost, per user: the claim succeeded and was not released. */
  readonly claims: readonly Field[];
  readonly tasks: readonly TaskFields[];
  readonly words: number;
}

/** @param labels - how many labels the longest operation of a task has. */
export const fieldsOf = (scenario: Scenario, labels: readonly number[]): Fields => {
  const layout = new Layout();
  const devices = Object.keys(scenario.devices);
  const users = usersOf(scenario);
  const lock = (): Field => layout.field(scenario.tasks.length + 1);
  const group = {
    owner: layout.field(firstCookie + users.length),
    ownerCount: layout.field(devices.length + users.length + 1 + spareCounts),
    domain: layout.field(2),
    mutex: lock(),
  };
  return {
    group,
    devices: devices.map(() => ({
      driver: layout.field(driverNames.length + 1),
      stage: layout.field(stageCount),
      lock: lock(),
      holds: layout.field(2),
    })),
    claims: users.map(() => layout.field(2)),
    tasks: scenario.tasks.map((script, task) => ({
      call: layout.field(script.length + 1),
      label: layout.field(labels[task] ?? 1),
      errno: layout.field(errnoNames.length),
      walk: layout.field(devices.length + 1),
      results: script.map(() => layout.field(errnoNames.length + 1)),
    })),
    words: layout.words,
  };
};
