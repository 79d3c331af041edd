import { toTheEnd } from '@custody/explore';
import type { Variant } from '@custody/ownership';
import type { Fact, TaskId, Timeline } from '@custody/trace';
import { Lacks } from './lacks.ts';

/** A kind of fact that a probe of its own tells, e.g. `CallEntered use` or `LockReleased group`. */
type Kind = string;

/** Facts that no recording shows, or that say nothing about what the protocol did. */
const ignored: ReadonlySet<Fact['type']> = new Set([
  'StepTaken',
  'OwnerSet',
  'DomainAttached',
  'WarningRaised',
  'LockContended',
  'TaskBlocked',
]);

const kindOf = (fact: Fact): Kind => {
  switch (fact.type) {
    case 'LockRequested':
    case 'LockAcquired':
    case 'LockReleased':
      return `${fact.type} ${fact.data.lock.split(':', 1)[0]}`;
    case 'CallEntered':
    case 'CallReturned':
      return `${fact.type} ${fact.data.op}`;
    case 'BusNotified':
      return `${fact.type} ${fact.data.event}`;
    default:
      return fact.type;
  }
};

/**
 * What a run can show: the kinds of fact that occur in it. A step of the model whose kinds never occur is taken for
 * one that no probe stood on; so a probe that was there and never hit cannot refute anything.
 */
export interface Seen {
  readonly shows: (fact: Fact) => boolean;
  readonly kinds: ReadonlySet<Kind>;
  /** In words: what begins goes unseen, though more of it is shown, so that nobody can say what the tasks are doing. */
  readonly lacks: string | null;
  /** Tasks that were in the middle of something as the run began, so that it shows the end of it only. */
  readonly inFlight: ReadonlySet<TaskId>;
}

/** What something can begin with: who shows more than that before is in the middle of something. */
const beginnings: ReadonlySet<Fact['type']> = new Set([
  'LockRequested',
  'CallEntered',
  'BindStarted',
  'UnbindStarted',
  'SyscallEntered',
]);
const endings: ReadonlySet<Fact['type']> = new Set([
  'LockAcquired',
  'LockReleased',
  'DriverSet',
  'ProbeReturned',
  'BindReturned',
  'RemoveReturned',
  'DriverCleared',
  'UnbindReturned',
  'BusNotified',
  'CallReturned',
  'SiblingSeen',
  'SyscallReturned',
]);

/** The largest pid that Linux gives, PID_MAX_LIMIT. */
const mostTasks = 4 * 1024 * 1024;

/** A set of tasks that takes the same room however long the run: a bit for every pid that there can be. */
class TaskSet {
  private readonly bits = new Uint8Array(mostTasks / 8);
  private readonly named = new Set<TaskId>();

  /** @returns whether it was not in there before. */
  add(task: TaskId): boolean {
    const pid = Number(task);
    if (!Number.isInteger(pid) || pid < 0 || pid >= mostTasks) {
      const before = this.named.size;
      return this.named.add(task).size > before;
    }
    const bit = 1 << (pid & 7);
    const byte = this.bits[pid >> 3] as number;
    this.bits[pid >> 3] = byte | bit;
    return (byte & bit) === 0;
  }
}

/** Kinds that come together: who shows one of them would show the other. */
const together: readonly (readonly [Kind, Kind])[] = [
  ['BusNotified BIND_DRIVER', 'BusNotified DRIVER_NOT_BOUND'],
  ['BusNotified BOUND_DRIVER', 'BusNotified DRIVER_NOT_BOUND'],
];

/** Between two yields: a millisecond or so. */
const everySo = 4096;

/** Reads what a run can show to one who asks whether it is `variant`'s; yields often, so that it can be left. */
export function* seeing(timeline: Timeline, variant: Variant): Generator<void, Seen> {
  const kinds = new Set<Kind>(['BugHit']);
  const tasks = new TaskSet();
  const firstOf = new Map<TaskId, Fact>();
  const lacking = new Lacks(variant);
  for (let index = 0; index < timeline.length; index += 1) {
    if (index % everySo === 0) yield;
    const event = timeline.at(index);
    lacking.take(event);
    if (event.type === 'LineKept' || ignored.has(event.type)) continue;
    kinds.add(kindOf(event));
    const isEnding = endings.has(event.type);
    if ((isEnding || beginnings.has(event.type)) && tasks.add(event.task) && isEnding) firstOf.set(event.task, event);
  }
  /** Where nobody shows that a lock is wanted, to have it is a beginning. */
  const isBeginning = (fact: Fact): boolean =>
    fact.type === 'LockAcquired' && !kinds.has(kindOf({ ...fact, type: 'LockRequested' }));
  const inFlight = new Set([...firstOf].filter(([, fact]) => !isBeginning(fact)).map(([task]) => task));
  for (const [one, other] of together) if (kinds.has(one)) kinds.add(other);
  const lacks = lacking.found(kinds);
  return { kinds, inFlight, lacks, shows: (fact) => !ignored.has(fact.type) && kinds.has(kindOf(fact)) };
}

export const seenIn = (timeline: Timeline, variant: Variant): Seen => toTheEnd(seeing(timeline, variant));
