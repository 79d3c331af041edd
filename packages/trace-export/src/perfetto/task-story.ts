import { type LockId, nameOf, type TaskId, type TraceEvent } from '@custody/trace';
import type { PacketWriter, Track } from './packets.ts';

/** A slice that a fact begins: `key` is how the fact that ends it finds it again. */
interface Beginning {
  readonly key: string;
  readonly name: string;
  readonly category: string;
}

const waitFor = (lock: LockId): string => `wait ${lock}`;

const beginningOf = (event: TraceEvent): Beginning | undefined => {
  switch (event.type) {
    case 'SyscallEntered': {
      const { call, about } = event.data;
      return { key: 'syscall', name: about === undefined ? call : `${call} ${about}`, category: 'syscall' };
    }
    case 'CallEntered': {
      const { op, group, device } = event.data;
      const about = [...(group === null ? [] : [`group ${group}`]), ...(device === undefined ? [] : [device])];
      return { key: `call ${op}`, name: [op, ...about].join(' '), category: 'ownership' };
    }
    case 'BindStarted': {
      const { device, driver } = event.data;
      return { key: `bind ${device}`, name: `bind ${device} ${driver}`, category: 'driver' };
    }
    case 'UnbindStarted':
      return { key: `unbind ${event.data.device}`, name: `unbind ${event.data.device}`, category: 'driver' };
    case 'LockRequested':
      return { key: waitFor(event.data.lock), name: waitFor(event.data.lock), category: 'lock' };
    default:
      return;
  }
};

/** The slice that a fact ends. */
const endingOf = (event: TraceEvent): string | undefined => {
  switch (event.type) {
    case 'SyscallReturned':
      return 'syscall';
    case 'CallReturned':
      return `call ${event.data.op}`;
    case 'BindReturned':
      return `bind ${event.data.device}`;
    case 'UnbindReturned':
      return `unbind ${event.data.device}`;
    case 'LockAcquired':
      return waitFor(event.data.lock);
    default:
      return;
  }
};

/** Facts that are nothing on their own: holds are told from the world, where they begin and end. */
const isSilent = ({ type }: TraceEvent): boolean => type === 'LockAcquired' || type === 'LockReleased';

/** What a point in time is called: `claim: EPERM`, `BIND_DRIVER`, a step’s label, or the fact. */
const pointName = (event: TraceEvent): string => {
  switch (event.type) {
    case 'CallReturned':
      return `${event.data.op}: ${event.data.errno}`;
    case 'SyscallReturned':
      return `${event.data.call}: ${event.data.errno}`;
    case 'BindReturned':
      return `bind: ${event.data.errno}`;
    case 'BusNotified':
      return event.data.event;
    case 'StepTaken': {
      const { label, outcome } = event.data;
      return outcome === undefined ? label : `${label}: ${outcome}`;
    }
    default:
      return nameOf(event);
  }
};

const failed = ({ data }: TraceEvent): boolean => 'errno' in data && data.errno !== 'OK';

/**
 * What a task is in the middle of: calls nest, and it waits for one lock at a time, so they are slices of one track. A
 * slice whose end was not seen ends with the one around it; what ends without a beginning is a point. One that nothing
 * ends stays open, and is shown so.
 */
export const taskStory = (out: PacketWriter, trackOf: (task: TaskId) => Track) => {
  const open = new Map<TaskId, string[]>();

  const end = (event: TraceEvent, key: string, at: number, notes: Readonly<Record<string, unknown>>): void => {
    const { task } = event;
    const keys = open.get(task) ?? [];
    const found = keys.lastIndexOf(key);
    const isPoint = (found < 0 && !isSilent(event)) || failed(event);
    if (isPoint) out.instant(trackOf(task), at, { name: pointName(event), category: 'returned', notes });
    // Back in user space, a task is in no call: world.ts says so too.
    const keep = found < 0 && event.type === 'SyscallReturned' ? 0 : found;
    if (keep < 0) return;
    while (keys.length > keep) {
      keys.pop();
      out.end(trackOf(task), at, keys.length === keep && found >= 0 ? notes : {});
    }
  };

  return (event: TraceEvent, at: number, notes: Readonly<Record<string, unknown>>): void => {
    const { task } = event;
    const beginning = beginningOf(event);
    const ending = endingOf(event);
    if (beginning !== undefined) {
      const { key, name, category } = beginning;
      open.set(task, [...(open.get(task) ?? []), key]);
      out.begin(trackOf(task), at, { name, category, notes });
    } else if (ending !== undefined) end(event, ending, at, notes);
    else if (!isSilent(event)) out.instant(trackOf(task), at, { name: pointName(event), category: 'fact', notes });
  };
};
