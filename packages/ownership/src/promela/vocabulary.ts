import type { Field, Value } from '@custody/explore';
import { deferral, dmaApi, domain, errnoNames, firstCookie, nobody, noDriver, presence, stage } from '../codes.ts';
import type { DeviceFields, Fields, GroupFields, TaskFields } from '../fields.ts';
import { driverNames, type Scenario, upTo, usersOf } from '../scenario.ts';
import type { Words } from './condition.ts';
import type { Write } from './options.ts';

/** A word of ours as Promela takes it: `user:T2` is `user_T2`. */
export const identifier = (word: string): string =>
  word.replace(/([a-z])([A-Z])/g, (_, end, begin) => `${end}_${begin.toLowerCase()}`).replace(/\W/g, '_');

/** A constant of the model: what a value of a field is called. */
interface Constant {
  readonly name: string;
  readonly value: number;
}

/** What the values of a field are; a plain number where nothing is said. */
type Meaning = readonly Constant[];

const prefixed = (prefix: string, codes: Readonly<Record<string, number>>): Meaning =>
  Object.entries(codes).map(([name, value]) => ({ name: `${prefix}_${identifier(name)}`, value }));

const numbers: Meaning = [];
/** Numbers that go up and down by one. */
const counts: Meaning = [];
const errnos: Meaning = errnoNames.map((name, value) => ({ name, value }));
/** 0 before the call returned, and for one that was passed over. */
const results: Meaning = errnoNames.map((name, value) => ({ name: `got_${name}`, value: value + 1 }));
const domains = prefixed('domain', domain);
const stages = prefixed('stage', stage);
const presences = prefixed('presence', presence);
const deferrals = prefixed('deferral', deferral);
const drivers: Meaning = [
  { name: 'driver_none', value: noDriver },
  ...driverNames.map((name, index) => ({ name: `driver_${identifier(name)}`, value: index + 1 })),
];
const unlocked = 'unlocked';
const locks = (tasks: number): Meaning => [
  { name: unlocked, value: 0 },
  ...upTo(tasks).map((task) => ({ name: `by_T${task}`, value: task + 1 })),
];
const owners = (scenario: Scenario): Meaning => [
  { name: 'owner_none', value: nobody },
  { name: 'owner_DMA_API', value: dmaApi },
  // As `ownerNamed` reads it: the users' cookies, then the drivers.
  ...[...usersOf(scenario), ...driverNames].map((name, index) => ({
    name: `owner_${identifier(name)}`,
    value: firstCookie + index,
  })),
];

/** A variable of the model. */
export interface Variable {
  readonly field: Field;
  readonly name: string;
  /** What it is, said once for all variables of the kind. */
  readonly says: string;
  readonly meaning: Meaning;
}

type Described<Part> = { readonly [Key in keyof Part]: readonly [name: string, says: string, meaning?: Meaning] };

const ofGroup = (scenario: Scenario): Described<GroupFields> => {
  const lock = locks(scenario.tasks.length);
  return {
    owner: ['group_owner', 'group->owner', owners(scenario)],
    ownerCount: ['group_owner_cnt', 'group->owner_cnt', counts],
    domain: ['group_domain', 'what the group translates with', domains],
    defaultDomain: ['group_default_domain', "the group's default domain", domains],
    mutex: ['group_mutex', 'group->mutex', lock],
    probeLock: ['iommu_probe_device_lock', 'one for all groups', lock],
    vfioLock: ['vfio_group_lock', "VFIO's group_lock of its struct vfio_group", lock],
    containerLock: ['vfio_container_lock', "the container's group_lock", lock],
    container: ['vfio_container', 'whose container the group is in: 0 nobody, n is user n'],
    iommuSet: ['vfio_iommu_set', "that container's VFIO_SET_IOMMU was done"],
    bug: ['bug', 'a BUG has stopped the machine'],
  };
};

const ofDevice = (lock: Meaning): Described<DeviceFields> => ({
  driver: ['driver', 'dev->driver', drivers],
  shown: ['driver_shown', 'dev->driver as other CPUs see it', drivers],
  stage: ['stage', 'how far it is between its drivers', stages],
  works: ['works', 'ghost: a driver of the DMA API is in probe() or bound'],
  lock: ['device_lock', 'device_lock(dev)', lock],
  holds: ['holds', 'ghost: its driver holds a claim; 2: one that is not written down'],
  remembers: ['remembers', 'the claim that the device itself remembers'],
  presence: ['presence', 'whether it is in its group', presences],
  isUnready: ['unready', 'its ready_to_probe is not set yet'],
  hardware: ['hardware', 'the domain that it is really translated with', domains],
  override: ['override', 'driver_override', drivers],
  deferred: ['deferred', 'which deferred probe list it is on', deferrals],
  open: ['open', '1: its file is open; 2: its driver has left the group in VFIO'],
});

const ofTask: Described<Omit<TaskFields, 'results'>> = {
  at: ['at', 'where it stands'],
  busy: ['busy', 'it is inside a call'],
  errno: ['errno', 'what its call will return', errnos],
  seen: ['seen', 'the dev->driver that it read', drivers],
  turn: ['turn', 'which driver, or which probe, it tries'],
  isBehind: ['behind', 'it asked for group->mutex after a claim that waits for it'],
};

/** The variables for `fields`, each described by its name after `prefix`. A field that is two things is the first. */
const variablesOf = <Part extends object>(
  fields: Part,
  described: Readonly<Record<string, readonly [name: string, says: string, meaning?: Meaning]>>,
  prefix = '',
): readonly Variable[] =>
  Object.entries(described).map(([key, [name, says, meaning = numbers]]) => ({
    field: (fields as Readonly<Record<string, Field>>)[key] as Field,
    name: prefix + name,
    says,
    meaning,
  }));

/** All that a packed state of `scenario` holds, in the order in which it is told. */
const allVariables = (scenario: Scenario, { group, devices, claims, freed, tasks }: Fields): readonly Variable[] => {
  const lock = locks(scenario.tasks.length);
  const users = usersOf(scenario);
  const ids = Object.keys(scenario.devices);
  return [
    ...variablesOf(group, ofGroup(scenario)),
    ...devices.flatMap((device, index) => variablesOf(device, ofDevice(lock), `${identifier(ids[index] as string)}_`)),
    ...claims.map((field, user) => ({
      field,
      name: `${identifier(users[user] as string)}_claims`,
      says: 'ghost: how many claims it holds',
      meaning: counts,
    })),
    ...freed.map((field, driver) => ({
      field,
      name: `${identifier(driverNames[driver] as string)}_freed`,
      says: 'its module is gone',
      meaning: numbers,
    })),
    ...tasks.flatMap((task, number) => [
      ...variablesOf(task, ofTask, `T${number}_`),
      ...task.results.map((field, call) => ({
        field,
        name: `T${number}_result${call + 1}`,
        says: 'what that call returned; 0 before it did, or where it is passed over',
        meaning: results,
      })),
    ]),
  ];
};

/** How the fields and their values are called in the model. */
export class Vocabulary implements Words {
  readonly variables: readonly Variable[];
  private readonly byField: ReadonlyMap<Field, Variable>;

  constructor(scenario: Scenario, fields: Fields) {
    const byField = new Map<Field, Variable>();
    for (const variable of allVariables(scenario, fields)) {
      if (variable.field.mask !== 0 && !byField.has(variable.field)) byField.set(variable.field, variable);
    }
    this.byField = byField;
    this.variables = [...byField.values()];
  }

  nameOf(field: Field): string {
    return (this.byField.get(field) as Variable).name;
  }

  valueOf(field: Field, value: number): string {
    return this.constantFor(field, value)?.name ?? String(value);
  }

  /** `A_stage = stage_bound`, `group_owner_cnt++`. */
  written({ field, value, step }: Write): string {
    const name = this.nameOf(field);
    if (step === undefined) return `${name} = ${this.valueOf(field, value)}`;
    return `${name}${step > 0 ? '++' : '--'}`;
  }

  isCount(field: Field): boolean {
    return this.byField.get(field)?.meaning === counts;
  }

  isLock(field: Field): boolean {
    return this.valueOf(field, 0) === unlocked;
  }

  /** The constants that `text` uses, by the kind of their fields. */
  constantsIn(text: string): readonly (readonly Constant[])[] {
    const used = new Set(text.match(/\w+/g));
    const meanings = new Map(this.variables.map(({ meaning }) => [JSON.stringify(meaning), meaning]));
    return [...meanings.values()]
      .map((meaning) => meaning.filter(({ name }) => used.has(name)))
      .filter((meaning) => meaning.length > 0);
  }

  /** What is written, in the order of the variables. */
  inOrder(writes: readonly Value[]): readonly Value[] {
    const placeOf = ({ field }: Value): number => this.variables.indexOf(this.byField.get(field) as Variable);
    return writes.toSorted((left, right) => placeOf(left) - placeOf(right));
  }

  private constantFor(field: Field, value: number): Constant | undefined {
    return this.byField.get(field)?.meaning.find((constant) => constant.value === value);
  }
}
