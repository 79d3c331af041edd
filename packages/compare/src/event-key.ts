import type { Facts, FactType, TraceEvent } from '@custody/trace';
import type { CookieNames } from './cookie-names.ts';

/**
 * Not compared, because they say how a run was watched rather than what happened: lines kept verbatim, readings of a
 * probe, markers (free text), lost events and the recording's end (counted or known elsewhere), contention (a slow
 * path taken by chance, and not traced by every kernel), what a walk saw on its way (a simulation does not tell it;
 * the owner says what came of it), and a simulation's labels (each variant has its own).
 */
export const uncompared: ReadonlySet<FactType> = new Set<FactType>([
  'LineKept',
  'GroupSampled',
  'MarkerWritten',
  'EventsLost',
  'RecordingEnded',
  'LockContended',
  'SiblingSeen',
  'StepTaken',
]);

/** The facts that end something with an outcome. */
type ReturnType = 'CallReturned' | 'BindReturned' | 'SyscallReturned';
export type ReturnEvent = Extract<TraceEvent, { readonly type: ReturnType }>;

export const isReturn = (event: TraceEvent): event is ReturnEvent =>
  event.type === 'CallReturned' || event.type === 'BindReturned' || event.type === 'SyscallReturned';

const withoutAddresses = (text: string): string => text.replace(/\b(0x[0-9a-f]+|[0-9a-f]{12,16})\b/gi, '@');

const _holderOf = ({ group, device }: { group: string | null; device?: string }): string => group ?? device ?? '-';

const callKey = (data: Facts['CallEntered' | 'CallReturned']): string =>
  `${data.op} ${data.group ?? '-'} ${data.device ?? '-'}`;

const ownerSetKey = ({ group, owner, count }: Facts['OwnerSet'], names: CookieNames): string => {
  const key = `${group} ${names.owner(group, owner)} ${count}`;
  if (owner === null) names.ownerGone(group);
  return key;
};

const domainKey = ({ group, domain }: Facts['DomainAttached'], names: CookieNames): string => {
  if (domain === 'default') names.domainGone(group);
  return `${group} ${names.domain(group, domain)}`;
};

/**
 * What an event means, without task, time, cpu, line, address and the notes of how it was known (`inferred`,
 * `managed`): two events with the same key and role did the same thing. Call it on a run's events in order, as it
 * names cookies on the way. A return's errno is left to the caller, who may want it apart.
 */
export const meaningOf = (event: TraceEvent, names: CookieNames): string => {
  switch (event.type) {
    // Whom a claim is for shows in what it sets; not every scheme says so when it is entered.
    case 'CallEntered':
    case 'CallReturned':
      return callKey(event.data);
    case 'OwnerSet':
      return ownerSetKey(event.data, names);
    case 'DomainAttached':
      return domainKey(event.data, names);
    case 'LockRequested':
    case 'LockAcquired':
    case 'LockReleased':
      return event.data.lock;
    case 'BindStarted':
    case 'DriverSet':
      return `${event.data.device} ${event.data.driver}`;
    case 'ProbeReturned':
      return `${event.data.device} ${event.data.errno}`;
    case 'BusNotified':
      return `${event.data.device} ${event.data.event}`;
    case 'DeviceAdded':
      return `${event.data.device} ${event.data.group}`;
    case 'BindReturned':
    case 'UnbindStarted':
    case 'RemoveReturned':
    case 'DriverCleared':
    case 'UnbindReturned':
    case 'DeviceRegistered':
    case 'DeviceRemoved':
      return event.data.device;
    case 'SyscallEntered':
      return withoutAddresses(`${event.data.call} ${event.data.about ?? '-'}`);
    case 'SyscallReturned':
      return event.data.call;
    case 'WarningRaised':
    case 'BugHit':
    case 'TaskBlocked':
      return withoutAddresses(event.data.what);
    case 'LineKept':
    case 'GroupSampled':
    case 'MarkerWritten':
    case 'EventsLost':
    case 'RecordingEnded':
    case 'LockContended':
    case 'SiblingSeen':
    case 'StepTaken':
      return '';
  }
};
