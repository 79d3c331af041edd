import {
  busEvents,
  type Facts,
  type FactType,
  nanos,
  operations,
  type Stamp,
  type TraceEvent,
  taskId,
} from '@custody/trace';
import fc, { type Arbitrary } from 'fast-check';

/** Text as kernels and people write it, and as they should not: quotes, line ends, brackets, halves of surrogate pairs. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    'a b',
    '"',
    '\\',
    '\n',
    '\r',
    'x\r',
    '\u2028',
    '\ud800',
    '<...>',
    '# end: 0 events',
    '(cpu=1) x=2',
  ),
  fc.constantFrom('0000:03:02.0', 'group:6', 'DMA_API', '[001] ..... 1.000000000: X: y=1', 'a="b" c', 'null', '1'),
);
const whole = fc.oneof(fc.nat(9), fc.maxSafeInteger());
const orNull = <Value>(of: Arbitrary<Value>): Arbitrary<Value | null> => fc.option(of, { nil: null });
const errno = fc.oneof(fc.constantFrom('OK', 'EPERM', 'EBUSY'), text);

/** Fields by name; those in `optional` may be left out. */
const fields = (required: object, optional: object = {}): Arbitrary<object> =>
  fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) as never[], noNullPrototype: true });

const op = fc.constantFrom(...operations);

/** The compiler sees to it that no fact is left out. */
const dataOf: { readonly [Type in FactType]: Arbitrary<object> } & { readonly [Type in keyof Facts]: unknown } = {
  LockRequested: fields({ lock: text }),
  LockAcquired: fields({ lock: text }, { inferred: fc.constant(true) }),
  LockReleased: fields({ lock: text }, { inferred: fc.constant(true) }),
  SiblingSeen: fields({ device: text, keeps: fc.boolean() }, { driver: orNull(text) }),
  LockContended: fields({ lock: text }),
  BindStarted: fields({ device: text, driver: text, managed: orNull(fc.boolean()) }),
  DriverSet: fields({ device: text, driver: text }),
  ProbeReturned: fields({ device: text, errno }),
  BindReturned: fields({ device: text, errno }),
  UnbindStarted: fields({ device: text }),
  RemoveReturned: fields({ device: text }),
  DriverCleared: fields({ device: text }),
  UnbindReturned: fields({ device: text }),
  BusNotified: fields({ device: text, event: fc.constantFrom(...busEvents) }),
  CallEntered: fields({ op, group: orNull(text) }, { device: text, owner: text }),
  CallReturned: fields({ op, group: orNull(text), errno }, { device: text }),
  OwnerSet: fields({ group: text, owner: orNull(text), count: whole }),
  DomainAttached: fields({ group: text, domain: text }),
  DeviceRegistered: fields({ device: text }),
  DeviceAdded: fields({ device: text, group: text }),
  DeviceRemoved: fields({ device: text }),
  SyscallEntered: fields({ call: text }, { about: text }),
  SyscallReturned: fields({ call: text, errno }),
  MarkerWritten: fields({ text }),
  WarningRaised: fields({ what: text }),
  BugHit: fields({ what: text }),
  TaskBlocked: fields({ what: text }),
  GroupSampled: fields({ group: text, owner: orNull(text), count: orNull(whole), domain: orNull(text) }),
  EventsLost: fields({ count: orNull(whole) }),
  RecordingEnded: fields({ how: fc.constantFrom('marker', 'cut') }),
  LineKept: fields({
    name: fc.oneof(fc.constantFrom('pci_probe', 'LockAcquired', 'a:b', '__probe_ret', ''), text),
    text: fc.oneof(text, fc.constantFrom('(pci_probe+0x0/0x10) dev="0000:03:02.0" gp=0x1', ' leading', 'trailing ')),
  }),
  StepTaken: fields({ label: text }, { outcome: text }),
};

const stamp: Arbitrary<Omit<Stamp, 'line'>> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('530', 'T0', '-', '007', 'claimer', '99999999999'),
      text.filter((name) => name !== ''),
    ),
    fc.oneof(fc.nat(9), fc.maxSafeInteger(), fc.constant(12_345_678_901)),
    fc.option(fc.nat(4096), { nil: undefined }),
    fc.option(fc.oneof(fc.constantFrom('sh', 'kworker/0:1-events', 'a b', 'x-1 [000]'), text), { nil: undefined }),
  )
  .map(([task, at, cpu, comm]) => ({
    task: taskId(task),
    at: nanos(at),
    ...(cpu !== undefined && { cpu }),
    ...(comm !== undefined && { comm }),
  }));

/** An event of any type, with anything in it that the types allow. */
export const anyEvent: Arbitrary<TraceEvent> = fc
  .constantFrom(...(Object.keys(dataOf) as FactType[]))
  .chain((type) => fc.tuple(dataOf[type], stamp).map(([data, when]) => ({ type, data, ...when }) as TraceEvent));
