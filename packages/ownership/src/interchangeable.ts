import type { Field, Interchangeable, Member, Name, Permutable, Reference } from '@custody/explore';
import { firstCookie } from './codes.ts';
import type { Fields } from './fields.ts';
import type { Label } from './operation.ts';
import {
  type DriverName,
  deviceOf,
  driverNames,
  type Scenario,
  type ScriptedCall,
  traitsOf,
  usersOf,
} from './scenario.ts';

/** A task, or an idle device, with what nobody else has to do with. */
interface Actor {
  readonly tasks: readonly number[];
  readonly devices: readonly string[];
  readonly users: readonly string[];
  readonly drivers: readonly DriverName[];
  /** What it is and does, its own things by number: equal for those that may be interchangeable. */
  readonly signature: string;
}

type Kind = 'devices' | 'users' | 'drivers';

const driversOf = (call: ScriptedCall): readonly DriverName[] => {
  if ('drivers' in call) return call.drivers;
  if (call.kind === 'unbind') return call.from === null ? [] : [call.from];
  return 'driver' in call && call.driver !== null ? [call.driver] : [];
};

const namesIn = (script: readonly ScriptedCall[]): Readonly<Record<Kind, readonly string[]>> => ({
  devices: [...new Set(script.flatMap((call) => ('device' in call ? [call.device] : [])))],
  users: [...new Set(script.flatMap((call) => ('owner' in call ? [call.owner] : [])))],
  drivers: [...new Set(script.flatMap(driversOf))],
});

/** Every actor of the scenario. */
const actorsOf = (scenario: Scenario): readonly Actor[] => {
  const { tasks, devices, outside = {}, open = [], owner, forever = [] } = scenario;
  const named = tasks.map(namesIn);
  /** A device through which somebody speaks who may be another's user is nobody's own. */
  const spoken = usersOf(scenario)
    .filter((user) => user === owner || named.filter(({ users }) => users.includes(user)).length !== 1)
    .map((user) => deviceOf(scenario, user) ?? Object.keys(devices)[0]);
  const isOwn = (kind: Kind, name: string, task: number): boolean =>
    (kind !== 'users' || name !== owner) &&
    (kind !== 'devices' || !spoken.includes(name)) &&
    named.every((others, other) => other === task || !others[kind].includes(name));
  const isOwnDriver = (name: string, task: number, own: readonly string[]): boolean =>
    isOwn('drivers', name, task) &&
    Object.entries(devices).every(([device, driver]) => driver !== name || own.includes(device));

  const describe = (task: number | null, own: Omit<Actor, 'signature' | 'tasks'>): string => {
    const short = new Map<string, string>([
      ...own.devices.map((name, index) => [name, `device ${index}`] as const),
      ...own.users.map((name, index) => [name, `user ${index}`] as const),
      ...own.drivers.map((name, index) => [name, `driver ${index} ${JSON.stringify(traitsOf(name))}`] as const),
    ]);
    /** Where a call names somebody; the elements of its `drivers` have a number for a key. */
    const isName = (key: string): boolean => /^(device|owner|driver|from|\d+)$/.test(key);
    const shorten = (key: string, value: unknown): unknown =>
      typeof value === 'string' && isName(key) ? (short.get(value) ?? value) : value;
    return JSON.stringify(
      {
        calls: task === null ? null : tasks[task],
        isForever: task !== null && forever.includes(task),
        own: own.devices.map((name) => ({
          driver: devices[name],
          outside: outside[name] ?? null,
          isOpen: open.includes(name),
        })),
      },
      shorten,
    );
  };
  const withSignature = (task: number | null, own: Omit<Actor, 'signature' | 'tasks'>): Actor => ({
    ...own,
    tasks: task === null ? [] : [task],
    signature: describe(task, own),
  });
  const idle = Object.keys(devices).filter(
    (name) => !spoken.includes(name) && named.every((others) => !others.devices.includes(name)),
  );
  return [
    ...tasks.map((_, task) => {
      const names = named[task] as (typeof named)[number];
      const own = names.devices.filter((name) => isOwn('devices', name, task));
      return withSignature(task, {
        devices: own,
        users: names.users.filter((name) => isOwn('users', name, task)),
        drivers: (names.drivers as readonly DriverName[]).filter((name) => isOwnDriver(name, task, own)),
      });
    }),
    ...idle.map((name) => withSignature(null, { devices: [name], users: [], drivers: [] })),
  ];
};

/** `text` in a regular expression. */
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Are the labels of every task, with the names of two actors exchanged, those of whoever does the same then? */
const mayChangePlaces = (left: Actor, right: Actor, labels: readonly (readonly Label[])[]): boolean => {
  const other = new Map(
    left.devices.flatMap((name, index) => [
      [name, right.devices[index] as string] as const,
      [right.devices[index] as string, name] as const,
    ]),
  );
  const names = [...other.keys()].sort((one, another) => another.length - one.length);
  const named = new RegExp(`(?<=-)(${names.map(literally).join('|')})(?=-|$)`, 'g');
  const exchange = (label: Label): Label =>
    names.length === 0 ? label : label.replace(named, (name) => other.get(name) ?? name);
  const twin = (task: number): number => {
    const [from, to] = left.tasks.includes(task) ? [left, right] : [right, left];
    return to.tasks[from.tasks.indexOf(task)] ?? task;
  };
  return labels.every((own, task) => own.map(exchange).join() === labels[twin(task)]?.join());
};

/**
 * What in a scenario may change places without a difference but in the names: devices with the tasks that work on them,
 * users with the tasks that speak for them, drivers of one kind that only one of them has. A scheme whose walk goes over
 * the devices in order tells them apart: so do its labels, one for each device.
 *
 * @param labels - by task: those of all its calls.
 */
export const interchangeableIn = (
  scenario: Scenario,
  fields: Fields,
  labels: readonly (readonly Label[])[],
): Interchangeable => {
  const alike = Map.groupBy(actorsOf(scenario), ({ signature }) => signature);
  const sets: Actor[][] = [];
  for (const actors of alike.values()) {
    const own: Actor[][] = [];
    for (const actor of actors) {
      const set = own.find(([first]) => first !== undefined && mayChangePlaces(first, actor, labels));
      if (set === undefined) own.push([actor]);
      else set.push(actor);
    }
    sets.push(...own.filter(({ length }) => length > 1));
  }
  return {
    groups: sets.map((actors) => groupOf(actors, scenario, fields)),
    references: referencesTo(sets, scenario, fields),
  };
};

const groupOf = (actors: readonly Actor[], scenario: Scenario, fields: Fields): Permutable => {
  const devices = Object.keys(scenario.devices);
  const users = usersOf(scenario);
  const fieldsOf = (actor: Actor): readonly Field[] => [
    ...actor.devices.flatMap((name) => Object.values(fields.devices[devices.indexOf(name)] ?? {}) as Field[]),
    ...actor.users.flatMap((name) => fields.claims[users.indexOf(name)] ?? []),
    ...actor.drivers.flatMap((name) => fields.freed[driverNames.indexOf(name)] ?? []),
    ...actor.tasks.flatMap((task) => Object.values(fields.tasks[task] ?? {}).flat() as Field[]),
  ];
  return {
    members: actors.map((actor): Member => ({ fields: [...new Set(fieldsOf(actor))], tasks: actor.tasks })),
  };
};

/** Every field that can name a task, a user or a driver, as far as one of the sets has it. */
const referencesTo = (
  sets: readonly (readonly Actor[])[],
  scenario: Scenario,
  { group, devices, tasks }: Fields,
): readonly Reference[] => {
  const users = usersOf(scenario);
  const nameOf = (roleIn: (actor: Actor) => number): Name | null => {
    for (const [number, actors] of sets.entries()) {
      for (const [member, actor] of actors.entries()) {
        const role = roleIn(actor);
        if (role >= 0) return { group: number, member, role };
      }
    }
    return null;
  };
  const roleAfter = (first: number, index: number): number => (index < 0 ? -1 : first + index);
  const taskNames = scenario.tasks.map((_, task) => nameOf((actor) => actor.tasks.indexOf(task)));
  const userNames = users.map((user) => nameOf((actor) => roleAfter(actor.tasks.length, actor.users.indexOf(user))));
  const drivers = driverNames.map((driver) =>
    nameOf((actor) => roleAfter(actor.tasks.length + actor.users.length, actor.drivers.indexOf(driver))),
  );
  const nobody = Array.from({ length: firstCookie }, () => null);
  const references: readonly Reference[] = [
    ...[group.mutex, group.probeLock, group.vfioLock, group.containerLock, ...devices.map(({ lock }) => lock)].map(
      (field) => ({ field, names: [null, ...taskNames] }),
    ),
    { field: group.owner, names: [...nobody, ...userNames, ...drivers] },
    { field: group.container, names: [null, ...userNames] },
    ...[
      ...devices.flatMap(({ driver, shown, override }) => [driver, shown, override]),
      ...tasks.map(({ seen }) => seen),
    ]
      .filter((field, index, all) => all.indexOf(field) === index)
      .map((field) => ({ field, names: [null, ...drivers] })),
  ];
  return references.filter(({ field, names }) => field.mask !== 0 && names.some((name) => name !== null));
};
