import { caseOfMark, cases, type Variant } from '@custody/ownership';
import {
  type DeviceId,
  type DomainId,
  type Fact,
  type GroupId,
  type LockId,
  type OwnerId,
  type Position,
  position,
  type RunHeader,
  type Timeline,
  type TraceEvent,
} from '@custody/trace';
import { DriverNames } from './driver-names.ts';
import { type Attempt, GroupWorlds, type Reading, TooManyError } from './group-worlds.ts';
import { type Seen, seenIn } from './seen.ts';
import type { Trail, World } from './world.ts';

/** A run to be explained. */
export interface ConformingRun {
  readonly header: RunHeader;
  readonly timeline: Timeline;
}

/** What of the model a run has been through. */
export interface Coverage {
  /** Label, and outcome where the kernel may choose, e.g. `use.check` and `bind.probe fail` → how often. */
  readonly steps: Readonly<Record<string, number>>;
  /** Case → how often it was met, and whether what was done there is what it expects, every time. */
  readonly cases: Readonly<Record<string, { readonly met: number; readonly holds: boolean }>>;
  /** Call or bind and its errno, e.g. `claim EPERM` → how often. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Explained {
  readonly kind: 'explained';
}
/** Why a run cannot be what the variant did. */
export interface Refuted {
  readonly kind: 'refuted';
  readonly group: GroupId;
  readonly event: TraceEvent;
  readonly reading: Reading | null;
  /** What each world that was left could have done instead. */
  readonly worlds: readonly RefutedWorld[];
}
export interface RefutedWorld {
  readonly owner: string | null;
  readonly count: number;
  readonly domain: string;
  readonly attempts: readonly Instead[];
}
/** What the model would have told in the place of the event, or why it waited. */
export interface Instead {
  readonly label: string | null;
  readonly told: Fact | null;
  readonly waitsFor: string | null;
  /** The guards: what the step read, e.g. `owner_cnt 1, owner NULL`. */
  readonly readings: string;
  /** The steps of the same task just before, the last one first, with what they read. */
  readonly after: readonly { readonly label: string; readonly readings: string }[];
}
export interface Inconclusive {
  readonly kind: 'inconclusive';
  readonly why: string;
}

export interface Conformance {
  readonly variant: string;
  readonly answer: Explained | Refuted | Inconclusive;
  /** How many events are explained: all of them, or those before the one that refutes or the gap. */
  readonly position: Position;
  readonly events: number;
  /** The groups that anything happened to. */
  readonly groups: readonly GroupId[];
  /** The most worlds that were possible at one time. */
  readonly worlds: number;
  /** Steps that the worlds took, and how many of those no line of the run shows. */
  readonly steps: number;
  readonly hidden: number;
  readonly coverage: Coverage;
}

/** One group's part of a run, as it is being explained. */
class GroupStory {
  readonly worlds: GroupWorlds;
  private owner: OwnerId | null;
  private count: number | null;
  private domain: DomainId | null;
  /** Where nobody was at work, last; from there on a refutation is told with its reasons. */
  private quiet: { readonly goBack: () => void; readonly since: Fed[] };

  constructor(worlds: GroupWorlds, { owner, count, domain }: Reading) {
    this.worlds = worlds;
    this.owner = owner;
    this.count = count;
    this.domain = domain;
    this.quiet = { goBack: worlds.mark(), since: [] };
  }

  owned(owner: OwnerId | null, count: number): void {
    this.owner = owner;
    this.count = count;
  }

  attached(domain: DomainId): void {
    this.domain = domain;
  }

  feed(event: TraceEvent): boolean {
    const isRelease = event.type === 'LockReleased' && event.data.lock.startsWith('group:') && !event.data.inferred;
    const reading = isRelease ? this.reading : null;
    if (this.worlds.isQuiet && this.quiet.since.length > 0) this.quiet = { goBack: this.worlds.mark(), since: [] };
    this.quiet.since.push({ event, reading });
    return this.worlds.feed(event.task, event, reading);
  }

  get reading(): Reading {
    return { owner: this.owner, count: this.count, domain: this.domain };
  }

  /** After an event that no world explains: goes over the last window again and notes why. */
  reasons(): {
    readonly reading: Reading | null;
    readonly worlds: readonly World[];
    readonly attempts: readonly Attempt[];
  } {
    const { worlds, quiet } = this;
    quiet.goBack();
    worlds.withReadings = true;
    const attempts: Attempt[] = [];
    for (const { event, reading } of quiet.since.slice(0, -1)) worlds.feed(event.task, event, reading);
    const last = quiet.since.at(-1) as Fed;
    const before = worlds.worlds;
    worlds.feed(last.event.task, last.event, last.reading, attempts);
    return { reading: last.reading, worlds: before, attempts };
  }
}

interface Fed {
  readonly event: TraceEvent;
  readonly reading: Reading | null;
}

class Tally {
  readonly steps = new Map<string, number>();
  readonly cases = new Map<string, { met: number; holds: boolean }>();
  readonly outcomes = new Map<string, number>();
  taken = 0;
  hidden = 0;

  take(trail: Trail | null): void {
    for (let one = trail; one !== null; one = one.before) {
      this.taken += 1;
      if (one.isHidden) this.hidden += 1;
      const label = stepName(one.label);
      count(this.steps, one.outcome === null || one.outcome === 'ok' ? label : `${label} ${one.outcome}`);
      for (const mark of one.marks) this.meet(mark);
    }
  }

  private meet(mark: string): void {
    const found = caseOfMark(mark);
    if (found === null) return;
    const id = found.id ?? found.says;
    const known = this.cases.get(id) ?? { met: 0, holds: true };
    this.cases.set(id, { met: known.met + (found.isExpected ? 1 : 0), holds: known.holds && found.isExpected });
  }

  end(event: TraceEvent): void {
    if (event.type === 'CallReturned') count(this.outcomes, `${event.data.op} ${event.data.errno}`);
    else if (event.type === 'BindReturned') count(this.outcomes, `bind ${event.data.errno}`);
    else if (event.type === 'UnbindReturned') count(this.outcomes, 'unbind OK');
  }

  get coverage(): Coverage {
    const sorted = [...this.steps].sort(([one], [other]) => (one < other ? -1 : 1));
    return {
      steps: Object.fromEntries(sorted),
      cases: Object.fromEntries(
        [...cases.map(({ id }) => id), ...this.cases.keys()].flatMap((id) => {
          const met = this.cases.get(id);
          return met === undefined ? [] : [[id, met] as const];
        }),
      ),
      outcomes: Object.fromEntries([...this.outcomes].sort(([one], [other]) => (one < other ? -1 : 1))),
    };
  }
}

const count = (of: Map<string, number>, key: string): void => {
  of.set(key, (of.get(key) ?? 0) + 1);
};

/** A step's label without the device that it is about and the place in its operation: `unuse.walk-A-undo` → `unuse.walk`. */
export const stepName = (label: string): string =>
  label.replace(
    /^(unuse\.[a-z]+|leave\.clear|open\.look|store-type\.(?:device-(?:un)?lock|relock|switch|unlock))-.*$/,
    '$1',
  );

/** Which groups and devices a run is about, by what its facts name. */
class Places {
  private readonly groupByDevice = new Map<DeviceId, GroupId>();

  constructor(header: RunHeader) {
    for (const { id, devices } of header.topology.groups)
      for (const device of devices) this.groupByDevice.set(device.id, id);
  }

  groupOf(event: TraceEvent): GroupId | null {
    const { lock, device, group } = event.data as { lock?: LockId; device?: DeviceId; group?: GroupId | null };
    if (lock !== undefined) return this.groupOfLock(lock);
    if (device !== undefined) return this.groupByDevice.get(device) ?? null;
    return group ?? null;
  }

  private groupOfLock(lock: LockId): GroupId | null {
    const at = lock.indexOf(':');
    const named = lock.slice(at + 1);
    if (lock.startsWith('device:')) return this.groupByDevice.get(named as DeviceId) ?? null;
    return at < 0 ? null : (named as GroupId);
  }
}

/** Facts that the model is asked about. */
const asked: ReadonlySet<Fact['type']> = new Set([
  'LockRequested',
  'LockAcquired',
  'LockReleased',
  'BindStarted',
  'DriverSet',
  'ProbeReturned',
  'BindReturned',
  'UnbindStarted',
  'RemoveReturned',
  'DriverCleared',
  'UnbindReturned',
  'BusNotified',
  'CallEntered',
  'CallReturned',
  'SiblingSeen',
  'BugHit',
]);

/** Facts of devices that come and go, which no window is made for. */
const unmapped: ReadonlySet<Fact['type']> = new Set(['DeviceRegistered', 'DeviceAdded', 'DeviceRemoved']);

export interface ConformOptions {
  /** How many events to explain. Default: all. */
  readonly upTo?: Position;
  /** Called now and then with how many events have been explained. */
  readonly onProgress?: (position: number) => void;
}

/** Explains a run event by event. */
class Conforming {
  readonly stories = new Map<GroupId, GroupStory>();
  readonly tally = new Tally();
  private readonly variant: Variant;
  private readonly run: ConformingRun;
  private readonly drivers: DriverNames;
  private readonly seen: Seen;
  private readonly places: Places;

  constructor(run: ConformingRun, variant: Variant) {
    this.run = run;
    this.variant = variant;
    this.drivers = new DriverNames(run.header.topology);
    this.seen = seenIn(run.timeline);
    this.places = new Places(run.header);
  }

  /** @returns null when the event is explained. */
  take(event: TraceEvent, index: number): Refuted | Inconclusive | null {
    if (event.type === 'EventsLost') return this.gap(event.data.count, index);
    if (event.type === 'OwnerSet') this.storyOf(event.data.group)?.owned(event.data.owner, event.data.count);
    else if (event.type === 'DomainAttached') this.storyOf(event.data.group)?.attached(event.data.domain);
    else if (unmapped.has(event.type)) {
      return { kind: 'inconclusive', why: `${event.type}: devices that come and go are not told apart here yet` };
    } else if (event.type === 'SyscallEntered' || event.type === 'SyscallReturned') return this.everywhere(event);
    else if (asked.has(event.type)) return this.explain(event);
    return null;
  }

  private storyOf(group: GroupId): GroupStory | null {
    const known = this.stories.get(group);
    if (known !== undefined) return known;
    const topology = this.run.header.topology.groups.find(({ id }) => id === group);
    if (topology === undefined || topology.devices.length === 0) return null;
    const { owner, ownerCount, domain } = topology;
    const story = new GroupStory(new GroupWorlds(this.variant, topology, this.drivers, this.seen), {
      owner,
      count: ownerCount,
      domain,
    });
    this.stories.set(group, story);
    return story;
  }

  /** Lost lines matter where anything of the protocol is still to come. */
  private gap(lost: number | null, index: number): Inconclusive | null {
    const { timeline } = this.run;
    for (let next = index + 1; next < timeline.length; next += 1) {
      const event = timeline.at(next);
      if (!asked.has(event.type) || this.places.groupOf(event) === null) continue;
      return { kind: 'inconclusive', why: `${lost ?? 'some'} lines of the trace are lost here` };
    }
    return null;
  }

  private explain(event: TraceEvent): Refuted | Inconclusive | null {
    const group = event.type === 'BugHit' ? this.groupOfTask(event) : this.places.groupOf(event);
    const story = group === null ? null : this.storyOf(group);
    return story === null || group === null ? null : this.feed(group, story, event);
  }

  private groupOfTask({ task }: TraceEvent): GroupId | null {
    return [...this.stories].find(([, { worlds }]) => worlds.knows(task))?.[0] ?? [...this.stories.keys()][0] ?? null;
  }

  /** A system call names no group: it is told to those that have a device which a user may speak through. */
  private everywhere(event: TraceEvent): Refuted | Inconclusive | null {
    for (const [group, story] of this.stories) {
      if (event.type === 'SyscallEntered' && !story.worlds.hasSpeaker) continue;
      const problem = this.feed(group, story, event);
      if (problem !== null) return problem;
    }
    return null;
  }

  private feed(group: GroupId, story: GroupStory, event: TraceEvent): Refuted | Inconclusive | null {
    try {
      if (!story.feed(event)) return refutation(group, story, event);
    } catch (error) {
      if (error instanceof TooManyError) return { kind: 'inconclusive', why: error.message };
      throw error;
    }
    this.tally.end(event);
    const [only, another] = story.worlds.worlds;
    if (only !== undefined && another === undefined && only.trail !== null) {
      this.tally.take(only.trail);
      story.worlds.worlds = [{ ...only, trail: null }];
    }
    return null;
  }

  /** What the worlds that are left did lately; where they differ, one of them speaks for all. */
  finish(): void {
    for (const { worlds } of this.stories.values()) this.tally.take(worlds.worlds[0]?.trail ?? null);
  }
}

const stepsBefore = ({ world, slot }: Attempt): Instead['after'] => {
  const after: { label: string; readings: string }[] = [];
  for (let one = world.trail; one !== null && after.length < 3; one = one.before) {
    if (one.slot === slot) after.push({ label: one.label, readings: one.readings });
  }
  return after;
};

const mostReasons = 4;

const refutation = (group: GroupId, story: GroupStory, event: TraceEvent): Refuted => {
  const { reading, worlds, attempts } = story.reasons();
  const told = (world: World): readonly Instead[] => {
    const own = attempts.filter((attempt) => isFrom(attempt.world, world));
    const texts = new Map<string, Instead>();
    for (const attempt of own) {
      const { label, told: fact, waitsFor, readings } = attempt;
      texts.set(JSON.stringify([label, fact, waitsFor]), {
        label,
        told: fact,
        waitsFor,
        readings,
        after: stepsBefore(attempt),
      });
    }
    return [...texts.values()].slice(0, mostReasons);
  };
  return {
    kind: 'refuted',
    group,
    event,
    reading,
    worlds: worlds.slice(0, mostReasons).map((world) => {
      const { owner, count: ownerCount, domain } = story.worlds.ownershipIn(world);
      return { owner, count: ownerCount, domain, attempts: told(world) };
    }),
  };
};

/** Whether `later` came of `earlier` by hidden steps. */
const isFrom = (later: World, earlier: World): boolean => {
  if (later === earlier) return true;
  for (let one = later.trail; one !== null; one = one.before) if (one.before === earlier.trail) return true;
  return later.trail === earlier.trail;
};

const everySo = 4096;

/**
 * Whether `variant` can do what the run shows, filling in what no line of it tells. Groups are taken one by one: a
 * group's ownership is nobody else's affair.
 */
export const conform = (
  run: ConformingRun,
  variant: Variant,
  { upTo, onProgress }: ConformOptions = {},
): Conformance => {
  const conforming = new Conforming(run, variant);
  const { timeline } = run;
  const end = upTo ?? timeline.length;
  let answer: Conformance['answer'] = { kind: 'explained' };
  let at = 0;
  for (; at < end; at += 1) {
    if (at % everySo === 0) onProgress?.(at);
    const problem = conforming.take(timeline.at(at), at);
    if (problem === null) continue;
    answer = problem;
    break;
  }
  conforming.finish();
  const { stories, tally } = conforming;
  return {
    variant: variant.id,
    answer,
    position: position(at),
    events: timeline.length,
    groups: [...stories.keys()],
    worlds: Math.max(1, ...[...stories.values()].map(({ worlds }) => worlds.most)),
    steps: tally.taken,
    hidden: tally.hidden,
    coverage: tally.coverage,
  };
};
