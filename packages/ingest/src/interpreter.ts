import {
  type DomainId,
  dmaApiOwner,
  domainId,
  evolve,
  type Fact,
  type GroupId,
  initialWorld,
  type LockId,
  nanos,
  type OwnerId,
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
import { addressBook, isStaticData } from './addresses.ts';
import { type LockKind, type LockTally, lockTimes } from './lock-times.ts';
import { type Mapping, rowFinder, stemOf } from './mapping/mapping.ts';
import type { Frame, GroupReading, Scene, Told } from './mapping/meaning.ts';
import type { ProbeRow } from './mapping/row.ts';
import { type ProbeSeen, probesSeen } from './probes-seen.ts';
import { quietRefusals } from './quiet-refusals.ts';
import type { TraceRecord } from './syntax/line.ts';
import type { RecordedTopology } from './topology-file.ts';

/** What one task is in the middle of, as far as the probes told. */
interface Thread {
  frames: Frame[];
  /** Facts that are certain by this task's next line. */
  settling: Fact[];
  wanted: LockId | null;
  /** Where its last line stood, and the events that told of it: a second probe there tells nothing new. */
  last: { readonly at: string; readonly names: readonly string[] } | null;
}

/** More functions than any task was seen to be inside of: entries whose returns nobody probes must not pile up. */
const deepest = 64;

/** How often what happened: enough to compare with a count of the file's lines. */
export interface Tally {
  /** Operation → errno → how many calls returned it. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly locks: Readonly<Record<LockKind, LockTally>>;
}

/** Something that was found, just before `position`. */
interface At {
  readonly position: Position;
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
  readonly unexplained: () => readonly Unexplained[];
  readonly refusals: () => ReturnType<typeof quietRefusals>['found'];
  /** Positions just after a lock came to be held by two tasks. */
  readonly overlaps: () => readonly (At & { readonly lock: LockId; readonly tasks: readonly TaskId[] })[];
  readonly bugs: readonly (At & { readonly what: string })[];
  /** Where events are missing. */
  readonly gaps: readonly (At & { readonly cpu: number | undefined; readonly count: number | null })[];
  /** Doubts that lie beside a gap, and so say nothing. */
  readonly withdrawn: () => number;
  readonly tally: () => Tally;
  /** Group addresses that the topology does not have. */
  readonly strangers: () => number;
  readonly owners: () => Readonly<Record<string, string>>;
  readonly probes: () => readonly ProbeSeen[];
}

export const interpreter = (mapping: Mapping, recorded: RecordedTopology): Interpreter => {
  const book = addressBook(recorded);
  const finder = rowFinder(mapping);
  const seen = probesSeen();
  const threads = new Map<string, Thread>();
  const rawDomains = new Map<GroupId, string>();
  const blockingDomains = new Map<GroupId, string>();
  let unexplained: Unexplained[] = [];
  const accounts = accounting();
  /** Groups whose ownership was read since the last gap. */
  const known = new Set<GroupId>();
  let overlaps: (At & { readonly lock: LockId; readonly tasks: readonly TaskId[] })[] = [];
  const bugs: (At & { readonly what: string })[] = [];
  const gaps: Interpreter['gaps'][number][] = [];
  /** The position of the last event of each CPU: what a gap's missing events come after. */
  const lastOn = new Map<number, number>();
  /** Who held which lock when events were lost: perhaps not any more. */
  const doubtful = new Map<LockId, readonly TaskId[]>();
  let withdrawn = 0;
  const listed = new Set(recorded.topology.groups.map(({ id }) => id));
  const refusals = quietRefusals((group) => listed.has(group));
  let refused = refusals.found;
  const offered = new Set<OwnerId>();
  const lockTally = lockTimes();
  let world = initialWorld(recorded.topology);
  let count = 0;
  let taken: TraceEvent[] = [];
  const calls: Record<string, Record<string, number>> = {};

  const problem = (found: Omit<Unexplained, 'position'> | null): void => {
    if (found !== null) unexplained.push({ ...found, position: position(count) });
  };

  /** What was doubted since the last event of that CPU may be owed to what is missing of it. */
  const withdraw = (cpu: number | undefined): void => {
    const since = cpu === undefined ? 0 : (lastOn.get(cpu) ?? 0);
    const before = <Found extends At>(found: readonly Found[]): Found[] => found.filter((one) => one.position <= since);
    const all = unexplained.length + overlaps.length + refused.length;
    unexplained = before(unexplained);
    overlaps = before(overlaps);
    refused = before(refused);
    refusals.found.splice(0, refusals.found.length, ...refused);
    withdrawn += all - unexplained.length - overlaps.length - refused.length;
  };

  const lost = (cpu: number | undefined, howMany: number | null): void => {
    gaps.push({ position: position(count), cpu, count: howMany });
    withdraw(cpu);
    accounts.lost();
    known.clear();
    for (const [lock, { holders }] of Object.entries(world.locks)) doubtful.set(lock as LockId, holders);
    // A lock that was asked for before may have been taken and dropped since: its release will tell.
    for (const thread of threads.values()) {
      thread.settling = thread.settling.filter(({ type }) => type !== 'LockAcquired');
    }
  };

  const account = (event: TraceEvent): void => {
    switch (event.type) {
      case 'CallEntered':
        if (event.data.owner !== undefined) offered.add(event.data.owner);
        accounts.entered(event.task, event.data.op, event.data.group, event.data.owner);
        return;
      case 'CallReturned': {
        const { op, errno } = event.data;
        calls[op] = { ...calls[op], [errno]: (calls[op]?.[errno] ?? 0) + 1 };
        problem(accounts.returned(event.task, op, errno));
        return;
      }
      case 'SyscallEntered':
      case 'SyscallReturned':
        accounts.outside(event.task);
        return;
      case 'EventsLost':
        lost(event.cpu, event.data.count);
        return;
      case 'BugHit':
        bugs.push({ position: position(count), what: event.data.what });
    }
  };

  /** Who held the lock when events were lost has dropped it since, as somebody else has it now. */
  const dropDoubtful = (fact: Fact, stamp: Stamp): void => {
    if (fact.type !== 'LockAcquired' && fact.type !== 'LockReleased') return;
    const { lock } = fact.data;
    const holders = doubtful.get(lock);
    if (holders === undefined) return;
    doubtful.delete(lock);
    if (fact.type === 'LockReleased') return;
    for (const task of holders) {
      if (task === stamp.task || !world.locks[lock]?.holders.includes(task)) continue;
      note({ type: 'LockReleased', data: { lock, inferred: true } }, { ...stamp, task });
    }
  };

  const note = (fact: Fact, stamp: Stamp): void => {
    dropDoubtful(fact, stamp);
    const event: TraceEvent = { ...fact, ...stamp };
    world = evolve(world, event);
    count += 1;
    taken.push(event);
    lockTally.watch(event);
    account(event);
    refusals.watch(event, world, position(count));
    if (event.type === 'LockAcquired' && (world.locks[event.data.lock]?.holders.length ?? 0) > 1) {
      const tasks = world.locks[event.data.lock]?.holders ?? [];
      overlaps.push({ position: position(count), lock: event.data.lock, tasks });
    }
  };

  const ownershipOf = (group: GroupId): Ownership | null => {
    const { owner = null, ownerCount = null } = world.groups[group] ?? {};
    return ownerCount === null || !known.has(group) ? null : { owner, count: ownerCount };
  };

  const threadOf = (tid: string): Thread => {
    const thread = threads.get(tid);
    if (thread) return thread;
    const fresh: Thread = { frames: [], settling: [], wanted: null, last: null };
    threads.set(tid, fresh);
    return fresh;
  };

  /** `default` and `blocking` by what they are to the group; any other domain stays the address it is. */
  const domainName = (group: GroupId, { domain, defaultDomain }: GroupReading, claims: boolean): DomainId | null => {
    if (domain === null) return null;
    if (domain === defaultDomain) return domainId('default');
    if (claims) blockingDomains.set(group, domain);
    return domainId(blockingDomains.get(group) === domain ? 'blocking' : domain);
  };

  /**
   * A user's cookie points into the kernel's heap and was offered by a claim; one that points at the kernel's own data
   * and that nobody offered is the token of the DMA API (the lab kernels: the scheme of the mail).
   */
  const ownerOf = (text: string | null): OwnerId | null => {
    if (text === null) return null;
    const owner = ownerId(text);
    return isStaticData(text) && !offered.has(owner) ? dmaApiOwner : owner;
  };

  const readOwner = (group: GroupId, reading: GroupReading, stamp: Stamp): void => {
    if (reading.count === null) return;
    const to = { owner: ownerOf(reading.owner), count: reading.count };
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
    const to = { owner: ownerOf(reading.owner), count: reading.count };
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

  /** A device that came after the topology was written, or that there is no topology of. */
  const noteFound = (stamp: Stamp): void => {
    for (const { device, group } of book.takeFound()) note({ type: 'DeviceAdded', data: { device, group } }, stamp);
  };

  const sceneOf = (thread: Thread, stamp: Stamp, said: () => void): Scene => ({
    book,
    say: (fact) => {
      said();
      noteFound(stamp);
      if (fact.type === 'LockRequested') thread.wanted = fact.data.lock;
      if (fact.type === 'LockAcquired' && thread.wanted === fact.data.lock) thread.wanted = null;
      note(fact, stamp);
    },
    sayLater: (fact) => {
      said();
      noteFound(stamp);
      thread.settling.push(fact);
    },
    wanted: () => thread.wanted,
    holds: (lock) => world.locks[lock]?.holders.includes(stamp.task) ?? false,
    driverOf: (device) => world.devices[device]?.driver ?? null,
    frames: () => thread.frames,
    unbindBegan: () => {
      const index = thread.frames.findLastIndex(({ unbinds }) => unbinds);
      const frame = thread.frames[index];
      if (frame) thread.frames[index] = { ...frame, begun: true };
    },
    readGroup: (group, reading) => readGroup(group, reading, stamp),
    sampleGroup: (group, reading) => sampleGroup(group, reading, stamp),
  });

  const settle = (thread: Thread, stamp: Stamp, withheld: Fact['type'] | undefined): void => {
    for (const fact of thread.settling) {
      if (fact.type === withheld) continue;
      if (fact.type === 'LockAcquired') thread.wanted = null;
      note(fact, stamp);
    }
    thread.settling = [];
  };

  /** The same task at the same place once more, told by another event: two probes stand there. */
  const isTwin = (thread: Thread, { on, at }: ProbeRow, name: string, lock: string): boolean => {
    const here = `${at} ${on} ${lock}`;
    const { last } = thread;
    const twin = at !== 'event' && last?.at === here && !last.names.includes(name);
    thread.last = { at: here, names: twin ? [...last.names, name] : [name] };
    const frame = thread.frames.at(-1);
    if (twin && at === 'entry' && frame?.on === on) {
      thread.frames[thread.frames.length - 1] = { ...frame, twins: [...frame.twins, name] };
    }
    return twin;
  };

  const entered = (thread: Thread, { on }: ProbeRow, by: string, told: Told): void => {
    if (thread.frames.length === deepest) thread.frames = thread.frames.slice(deepest >> 1);
    thread.frames.push({ ...told, on, by, twins: [] });
  };

  /**
   * Leaves the innermost frame of the function. Without its entry, in a trace that begins late or lost events, a return
   * still tells what it can; the return of an entry's twin tells nothing: null.
   */
  const left = (thread: Thread, { on }: ProbeRow, name: string): Told | null => {
    const innermost = thread.frames.findLastIndex((frame) => frame.on === on);
    const frame = thread.frames[innermost];
    if (frame?.twins.includes(stemOf(name))) {
      thread.last = null;
      return null;
    }
    if (innermost >= 0) thread.frames.length = innermost;
    return frame ?? {};
  };

  const interpret = (record: TraceRecord, line: number): 'facts' | 'verbatim' => {
    const task: TaskId = taskId(record.tid);
    const { cpu, comm, name } = record;
    const stamp: Stamp = { task, at: nanos(record.at), cpu, ...(comm !== null && { comm }), line };
    const thread = threadOf(record.tid);
    const found = finder.find(record);
    const keep = (): 'verbatim' => {
      note({ type: 'LineKept', data: { name, text: record.fields } }, stamp);
      return 'verbatim';
    };
    if (!found?.meaning.waits) settle(thread, stamp, found?.meaning.withholds);
    lastOn.set(cpu, count);
    if (found === undefined) {
      thread.last = null;
      return keep();
    }
    const { row, meaning } = found;
    const fields = finder.fieldsOf(record);
    seen.add(name, row, fields);
    if (isTwin(thread, row, name, fields.get('lock') ?? '')) return keep();
    const told = row.at === 'return' ? left(thread, row, name) : {};
    if (told === null) return keep();
    let said = false;
    const scene = sceneOf(thread, stamp, () => {
      said = true;
    });
    const kept = meaning.tell?.({ record, fields, as: row.as ?? '', told }, scene);
    if (kept && row.at === 'entry') entered(thread, row, name, kept);
    lastOn.set(cpu, count);
    return said ? 'facts' : keep();
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
    unexplained: () => unexplained,
    refusals: () => refusals.found,
    overlaps: () => overlaps,
    bugs,
    gaps,
    withdrawn: () => withdrawn,
    tally: () => ({ calls, locks: lockTally.tally() }),
    strangers: book.strangers,
    owners: book.owners,
    probes: seen.list,
  };
};
