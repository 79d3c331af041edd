import { busEvents, type Facts, type FactType, isFactType, operations } from '@custody/trace';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const whole: Check = Number.isSafeInteger;
const flag: Check = (value) => typeof value === 'boolean';
const yes: Check = (value) => value === true;
const oneOf =
  (words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const op = oneOf(operations);

/** What each field of each fact may be. */
const checks: { readonly [Type in FactType]: { readonly [Field in keyof Facts[Type]]-?: Check } } = {
  LockRequested: { lock: text },
  LockAcquired: { lock: text, inferred: optional(yes) },
  LockReleased: { lock: text, inferred: optional(yes) },
  LockContended: { lock: text },
  BindStarted: { device: text, driver: text, managed: orNull(flag) },
  DriverSet: { device: text, driver: text },
  ProbeReturned: { device: text, errno: text },
  BindReturned: { device: text, errno: text },
  UnbindStarted: { device: text },
  RemoveReturned: { device: text },
  DriverCleared: { device: text },
  UnbindReturned: { device: text },
  BusNotified: { device: text, event: oneOf(busEvents) },
  CallEntered: { op, group: orNull(text), device: optional(text), owner: optional(text) },
  CallReturned: { op, group: orNull(text), device: optional(text), errno: text },
  OwnerSet: { group: text, owner: orNull(text), count: whole },
  DomainAttached: { group: text, domain: text },
  SiblingSeen: { device: text, driver: optional(orNull(text)), keeps: flag },
  DeviceRegistered: { device: text },
  DeviceAdded: { device: text, group: text },
  DeviceRemoved: { device: text },
  SyscallEntered: { call: text, about: optional(text) },
  SyscallReturned: { call: text, errno: text },
  MarkerWritten: { text },
  WarningRaised: { what: text },
  BugHit: { what: text },
  TaskBlocked: { what: text },
  GroupSampled: { group: text, owner: orNull(text), count: orNull(whole), domain: orNull(text) },
  EventsLost: { count: orNull(whole) },
  RecordingEnded: { how: oneOf(['marker', 'cut']) },
  LineKept: { name: text, text },
  StepTaken: { label: text, outcome: optional(text) },
};

type Fields = Readonly<Record<string, unknown>>;

/** Why this is no fact that this version knows; undefined when it is one. */
export const factProblem = (type: string, data: Fields): string | undefined => {
  if (!isFactType(type)) return `no fact is called "${type}" here`;
  const fields: Readonly<Record<string, Check>> = checks[type];
  const stranger = Object.keys(data).find((name) => !Object.hasOwn(fields, name));
  if (stranger !== undefined) return `${type} has no field "${stranger}"`;
  const wrong = Object.entries(fields).find(([name, check]) => !check(data[name]));
  return wrong && `${type} cannot have ${wrong[0]}=${JSON.stringify(data[wrong[0]])}`;
};
