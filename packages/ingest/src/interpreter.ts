import {
  type DomainId,
  domainId,
  evolve,
  type Fact,
  type GroupId,
  initialWorld,
  type LockId,
  nanos,
  ownerId,
  type Position,
  position,
  type Stamp,
  type TaskId,
  type TraceEvent,
  taskId,
  type World,
} from '@custody/trace';
import { accounting, type Ownership, type Unexplained } from './accounting.ts';
import { addressBook } from './addresses.ts';
import type { Frame, GroupReading, Mapping, Scene } from './mapping/mapping.ts';
import { quietRefusals } from './quiet-refusals.ts';
import type { TraceRecord } from './syntax/line.ts';
import type { RecordedTopology } from './topology-file.ts';

/** What one task is in the middle of, as far as the probes told. */
interface Thread {
  readonly frames: Frame[];
  /** Facts that are certain by this task's next line. */
  settling: Fact[];
  wanted: LockId | null;
}

/** `really_probe_ret` is the return of really_probe. */
const functionOf = (name: string): string => name.replace(/_ret$/, '');

/** Lines that a task can print while it still waits for a mutex: they prove nothing about having it. */
const isWaiting = (name: string): boolean => name === 'contention_begin' || name === 'contention_end';

/** How often what happened: enough to compare with a count of the file's lines. */
export interface Tally {
  /** Operation → errno → how many calls returned it. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly locks: {
    readonly group: { readonly acquired: number; readonly released: number };
    readonly device: { readonly acquired: number; readonly released: number };
  };
}

/** Turns records into events, one line at a time, in the order of the file. */
export interface Interpreter {
  /** The events that the line told of; an uninterpreted one is kept verbatim. */
  readonly interpret: (record: TraceRecord, line: number) => 'facts' | 'verbatim';
  /** A fact that no record carries, e.g. a gap. */
  readonly note: (fact: Fact, stamp: Stamp) => void;
  /** Events since the last call, oldest first. */
  readonly take: () => TraceEvent[];
  readonly world: () => World;
  readonly position: () => Position;
  readonly unexplained: readonly Unexplained[];
  readonly refusals: ReturnType<typeof quietRefusals>['found'];
  /** Positions just after a lock came to be held by two tasks. */
  readonly overlaps: readonly { readonly position: Position; readonly lock: LockId }[];
  readonly bugs: readonly { readonly position: Position; readonly what: string }[];
  readonly tally: Tally;
  /** Group addresses that the topology does not have. */
  readonly strangers: () => number;
}

export const interpreter = (mapping: Mapping, recorded: RecordedTopology): Interpreter => {
  const book = addressBook(recorded);
  const threads = new Map<string, Thread>();
  const rawDomains = new Map<GroupId, string>();
  const blockingDomains = new Map<GroupId, string>();
  const unexplained: Unexplained[] = [];
  const accounts = accounting();
  /** Groups whose ownership was read since the last gap. */
  const known = new Set<GroupId>();
  const overlaps: { position: Position; lock: LockId }[] = [];
  const bugs: { position: Position; what: string }[] = [];
  const refusals = quietRefusals();
  let world = initialWorld(recorded.topology);
  let count = 0;
  let taken: TraceEvent[] = [];
  const calls: Record<string, Record<string, number>> = {};
  const locks = { group: { acquired: 0, released: 0 }, device: { acquired: 0, released: 0 } };

  const tallyUp = (event: TraceEvent): void => {
    if (event.type === 'CallReturned') {
      const { op, errno } = event.data;
      calls[op] = { ...calls[op], [errno]: (calls[op]?.[errno] ?? 0) + 1 };
    }
    if (event.type !== 'LockAcquired' && event.type !== 'LockReleased') return;
    const kind = event.data.lock.startsWith('group:') ? locks.group : locks.device;
    kind[event.type === 'LockAcquired' ? 'acquired' : 'released'] += 1;
  };

  const problem = (found: Omit<Unexplained, 'position'> | null): void => {
    if (found !== null) unexplained.push({ ...found, position: position(count) });
  };

  const account = (event: TraceEvent): void => {
    if (event.type === 'CallEntered') accounts.entered(event.task, event.data.op, event.data.group, event.data.owner);
    if (event.type === 'CallReturned') problem(accounts.returned(event.task, event.data.op, event.data.errno));
    if (event.type !== 'EventsLost') return;
    accounts.lost();
    known.clear();
  };

  const ownershipOf = (group: GroupId): Ownership | null => {
    const { owner = null, ownerCount = null } = world.groups[group] ?? {};
    return ownerCount === null || !known.has(group) ? null : { owner, count: ownerCount };
  };

  const note = (fact: Fact, stamp: Stamp): void => {
    const event: TraceEvent = { ...fact, ...stamp };
    world = evolve(world, event);
    count += 1;
    taken.push(event);
    tallyUp(event);
    account(event);
    refusals.watch(event, world, position(count));
    if (event.type === 'BugHit') bugs.push({ position: position(count), what: event.data.what });
    if (event.type === 'LockAcquired' && (world.locks[event.data.lock]?.holders.length ?? 0) > 1) {
      overlaps.push({ position: position(count), lock: event.data.lock });
    }
  };

  const threadOf = (tid: string): Thread => {
    const known = threads.get(tid);
    if (known) return known;
    const thread: Thread = { frames: [], settling: [], wanted: null };
    threads.set(tid, thread);
    return thread;
  };

  /** `default` and `blocking` by what they are to the group; any other domain stays the address it is. */
  const domainName = (group: GroupId, { domain, defaultDomain }: GroupReading, claims: boolean): DomainId | null => {
    if (domain === null) return null;
    if (domain === defaultDomain) return domainId('default');
    if (claims) blockingDomains.set(group, domain);
    return domainId(blockingDomains.get(group) === domain ? 'blocking' : domain);
  };

  const readOwner = (group: GroupId, reading: GroupReading, stamp: Stamp): void => {
    if (reading.count === null) return;
    const to = { owner: reading.owner === null ? null : ownerId(reading.owner), count: reading.count };
    const from = ownershipOf(group);
    const state = world.groups[group];
    known.add(group);
    if (state?.ownerCount !== to.count || state.owner !== to.owner) {
      note({ type: 'OwnerSet', data: { group, ...to } }, stamp);
    }
    problem(accounts.read(stamp.task, group, from, to));
  };

  const readDomain = (group: GroupId, reading: GroupReading, stamp: Stamp): void => {
    if (reading.domain === null || rawDomains.get(group) === reading.domain) return;
    rawDomains.set(group, reading.domain);
    const isClaim = world.tasks[stamp.task]?.calls.at(-1)?.op === 'claim';
    const domain = domainName(group, reading, isClaim);
    if (domain !== null) note({ type: 'DomainAttached', data: { group, domain } }, stamp);
  };

  /** In the order of the kernel: a claim attaches the domain and then sets the owner, a release the other way round. */
  const readGroup = (group: GroupId, reading: GroupReading, stamp: Stamp): void => {
    const order = reading.owner === null ? [readOwner, readDomain] : [readDomain, readOwner];
    for (const read of order) read(group, reading, stamp);
  };

  const sampleGroup = (group: GroupId, reading: GroupReading, stamp: Stamp): void => {
    const from = ownershipOf(group);
    if (reading.count === null || from === null) return;
    const to = { owner: reading.owner === null ? null : ownerId(reading.owner), count: reading.count };
    if (from.owner === to.owner && from.count === to.count) return;
    note({ type: 'GroupSampled', data: { group, ...to, domain: null } }, stamp);
    problem({
      group,
      task: stamp.task,
      from,
      to,
      call: null,
      why: 'it changed while nobody was seen to hold the mutex',
    });
  };

  const sceneOf = (thread: Thread, stamp: Stamp, said: () => void): Scene => ({
    book,
    say: (fact) => {
      said();
      if (fact.type === 'LockRequested') thread.wanted = fact.data.lock;
      if (fact.type === 'LockAcquired' && thread.wanted === fact.data.lock) thread.wanted = null;
      note(fact, stamp);
    },
    sayLater: (fact) => {
      said();
      thread.settling.push(fact);
    },
    wanted: () => thread.wanted,
    frames: () => thread.frames,
    mark: (on, change) => {
      const index = thread.frames.findLastIndex((frame) => frame.on === on);
      const frame = thread.frames[index];
      if (frame) thread.frames[index] = { ...frame, ...change };
    },
    readGroup: (group, reading) => readGroup(group, reading, stamp),
    sampleGroup: (group, reading) => sampleGroup(group, reading, stamp),
  });

  const settle = (thread: Thread, stamp: Stamp, told: Fact['type'] | undefined): void => {
    for (const fact of thread.settling) {
      if (fact.type === told) continue;
      if (fact.type === 'LockAcquired') thread.wanted = null;
      note(fact, stamp);
    }
    thread.settling = [];
  };

  const interpret = (record: TraceRecord, line: number): 'facts' | 'verbatim' => {
    const task: TaskId = taskId(record.tid);
    const { cpu, comm, name } = record;
    const stamp: Stamp = { task, at: nanos(record.at), cpu, ...(comm !== null && { comm }), line };
    const thread = threadOf(record.tid);
    const row = mapping.rows[name];
    const told = row === undefined ? mapping.rows[functionOf(name)]?.unproven : row.settles;
    if (!isWaiting(name)) settle(thread, stamp, told);
    const probe = { record, fields: record.values };
    let said = false;
    const scene = sceneOf(thread, stamp, () => {
      said = true;
    });
    if (row?.enter) {
      const frame = row.enter(probe, scene);
      if (frame) thread.frames.push({ on: name, ...frame });
    } else if (name.endsWith('_ret')) {
      const on = functionOf(name);
      const innermost = thread.frames.findLastIndex((frame) => frame.on === on);
      // Without its entry, in a trace that begins late or lost events, a return still tells what it can.
      const frame = thread.frames[innermost] ?? { on };
      if (innermost >= 0) thread.frames.length = innermost;
      mapping.rows[on]?.leave?.(probe, scene, frame);
    }
    if (said) return 'facts';
    note({ type: 'LineKept', data: { name, text: record.fields } }, stamp);
    return 'verbatim';
  };

  return {
    interpret,
    note,
    take: () => {
      const events = taken;
      taken = [];
      return events;
    },
    world: () => world,
    position: () => position(count),
    unexplained,
    refusals: refusals.found,
    overlaps,
    bugs,
    tally: { calls, locks },
    strangers: book.strangers,
  };
};
