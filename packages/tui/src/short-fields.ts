import {
  type DeviceId,
  fieldsOf,
  type GroupId,
  type LockId,
  type Nanos,
  ownerText,
  type TraceEvent,
} from '@custody/trace';

/** A PCI device as lspci prints it: without the domain while that is 0000. */
export const shortDevice = (device: DeviceId): string => device.replace(/^0000:/, '');

export const shortLock = (lock: LockId): string => lock.replace(/^device:(0000:)?/, 'dev:');

/** What a call is about: its device, else its group. */
export const callObject = (call: { readonly group: GroupId | null; readonly device?: DeviceId }): string =>
  call.device === undefined ? (call.group ?? '') : shortDevice(call.device);

const words = (...parts: readonly (string | number | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');

/** What an event is about, in as few columns as it takes; the answer of a call comes first, as it may be cut. */
export const shortFields = (event: TraceEvent): string => {
  switch (event.type) {
    case 'LockRequested':
    case 'LockAcquired':
    case 'LockReleased':
    case 'LockContended':
      return shortLock(event.data.lock);
    case 'BindStarted':
    case 'DriverSet':
      return words(shortDevice(event.data.device), event.data.driver);
    case 'ProbeReturned':
    case 'BindReturned':
      return words(event.data.errno, shortDevice(event.data.device));
    case 'UnbindStarted':
    case 'RemoveReturned':
    case 'DriverCleared':
    case 'UnbindReturned':
    case 'DeviceRegistered':
    case 'DeviceRemoved':
      return shortDevice(event.data.device);
    case 'BusNotified':
      return words(shortDevice(event.data.device), event.data.event);
    case 'CallEntered':
      return words(event.data.op, callObject(event.data), event.data.owner && `by ${event.data.owner}`);
    case 'CallReturned':
      return words(event.data.errno, event.data.op, callObject(event.data));
    case 'OwnerSet':
      return words(event.data.group, `x${event.data.count}`, ownerText(event.data));
    case 'DomainAttached':
      return words(event.data.group, event.data.domain);
    case 'SiblingSeen':
      return words(event.data.keeps ? 'keep' : 'pass', shortDevice(event.data.device), event.data.driver ?? undefined);
    case 'DeviceAdded':
      return words(shortDevice(event.data.device), 'in', event.data.group);
    case 'SyscallEntered':
      return words(event.data.call, event.data.about?.replace(/^0000:/, ''));
    case 'SyscallReturned':
      return words(event.data.errno, event.data.call);
    case 'WarningRaised':
    case 'BugHit':
    case 'TaskBlocked':
      return event.data.what;
    case 'GroupSampled':
      return words(event.data.group, `x${event.data.count ?? '?'}`, ownerText(event.data));
    case 'LineKept':
      return event.data.text;
    case 'StepTaken':
      return words(event.data.label, event.data.outcome);
    case 'MarkerWritten':
    case 'EventsLost':
    case 'RecordingEnded':
      return fieldsOf(event);
  }
};

/** Seconds with microseconds, as ftrace prints them; a simulation counts steps. */
export const timeOf = (at: Nanos, isSimulated: boolean): string =>
  isSimulated ? String(at) : `${Math.floor(at / 1e9)}.${String(Math.floor((at % 1e9) / 1e3)).padStart(6, '0')}`;
