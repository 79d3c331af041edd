import type { Variant } from '@custody/ownership';
import type { BusEvent, DeviceId, Fact, GroupId, LockId, RunHeader, Timeline, TraceEvent } from '@custody/trace';
import { BoundError } from './bounds.ts';
import { Tally } from './coverage.ts';
import { DriverNames } from './driver-names.ts';
import { GroupStory } from './group-story.ts';
import { GroupWorlds } from './group-worlds.ts';
import { type Seen, seenIn } from './seen.ts';

/** A run to be explained. */
export interface ConformingRun {
  readonly header: Pick<RunHeader, 'topology'>;
  readonly timeline: Timeline;
}

/** No world of the group can go on. */
export interface Stuck {
  readonly kind: 'stuck';
  readonly group: GroupId;
  readonly story: GroupStory;
}
/** It cannot be told whether the variant can go on. */
export interface Unsure {
  readonly kind: 'unsure';
  readonly why: string;
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
  'GroupSampled',
  'BugHit',
]);

/** Facts of devices that come and go: which call of the model's they belong to is not worked out here. */
const unmapped: ReadonlySet<Fact['type']> = new Set(['DeviceRegistered', 'DeviceAdded', 'DeviceRemoved']);

const comesAndGoes: ReadonlySet<BusEvent> = new Set(['ADD_DEVICE', 'DEL_DEVICE', 'REMOVED_DEVICE']);
const unmappedEvent = ({ type }: TraceEvent): Unsure => ({
  kind: 'unsure',
  why: `${type} says that a device came or went, and what was called for that is not told apart here`,
});

/** Explains a run event by event. */
export class Conforming {
  readonly stories = new Map<GroupId, GroupStory>();
  readonly tally = new Tally();
  private at = 0;
  private readonly run: ConformingRun;
  private readonly variant: Variant;
  private readonly drivers: DriverNames;
  private readonly seen: Seen;
  private readonly groupByDevice: ReadonlyMap<DeviceId, GroupId>;

  constructor(run: ConformingRun, variant: Variant, seen: Seen = seenIn(run.timeline, variant)) {
    const { topology } = run.header;
    this.run = run;
    this.variant = variant;
    this.drivers = new DriverNames(topology);
    this.seen = seen;
    this.groupByDevice = new Map(topology.groups.flatMap(({ id, devices }) => devices.map((one) => [one.id, id])));
  }

  /** @returns null when the event is explained. */
  take(event: TraceEvent, index: number): Stuck | Unsure | null {
    const { lacks } = this.seen;
    if (lacks !== null) return { kind: 'unsure', why: `the run shows ${lacks}: set that probe too` };
    switch (event.type) {
      case 'EventsLost':
        return this.gap(event.data.count, index);
      case 'OwnerSet':
        this.storyOf(event.data.group)?.owned(event.data.owner, event.data.count);
        return null;
      case 'DomainAttached':
        this.storyOf(event.data.group)?.attached(event.data.domain);
        return null;
      case 'SyscallEntered':
      case 'SyscallReturned':
        return this.everywhere(event, index);
      case 'BugHit': {
        const [group, story] = this.storyOfTask(event) ?? [];
        return group === undefined || story === undefined ? null : this.feed(group, story, event, index);
      }
      case 'BusNotified':
        return comesAndGoes.has(event.data.event) ? unmappedEvent(event) : this.explain(event, index);
      default:
        if (asked.has(event.type)) return this.explain(event, index);
        return unmapped.has(event.type) ? unmappedEvent(event) : null;
    }
  }

  mark(): () => void {
    const goBack = [...this.stories.values()].map((story) => story.mark());
    return () => {
      for (const back of goBack) back();
    };
  }

  /** Nobody is inside a call on any group, as far as the run has shown. */
  get isQuiet(): boolean {
    return [...this.stories.values()].every(({ worlds }) => worlds.isQuiet);
  }

  /** Where worlds are left that differ, one of them speaks for all. */
  finish(): void {
    for (const { worlds } of this.stories.values()) this.tally.take(worlds.worlds[0]?.trail ?? null, this.at);
  }

  /** The group that something happens to next, from event `index` on; null when to none. */
  nextGroup(index: number): GroupId | null {
    const { timeline } = this.run;
    for (let next = index; next < timeline.length; next += 1) {
      const event = timeline.at(next);
      const isBegun = event.type === 'BindStarted' || event.type === 'UnbindStarted' || event.type === 'CallEntered';
      const group = isBegun ? this.groupOf(event) : null;
      if (group !== null) return group;
    }
    return null;
  }

  storyOf(group: GroupId): GroupStory | null {
    const known = this.stories.get(group);
    if (known !== undefined) return known;
    const topology = this.run.header.topology.groups.find(({ id }) => id === group);
    if (topology === undefined || topology.devices.length === 0) return null;
    const { owner, ownerCount: count, domain } = topology;
    const worlds = new GroupWorlds(this.variant, topology, this.drivers, this.seen);
    const story = new GroupStory(worlds, { owner, count, domain });
    this.stories.set(group, story);
    return story;
  }

  private storyOfTask({ task }: TraceEvent): readonly [GroupId, GroupStory] | undefined {
    const all = [...this.stories];
    return all.find(([, { worlds }]) => worlds.knows(task)) ?? all[0];
  }

  /** Lost lines matter where anything of the protocol is still to come. */
  private gap(lost: number | null, index: number): Unsure | null {
    const { timeline } = this.run;
    for (let next = index + 1; next < timeline.length; next += 1) {
      const event = timeline.at(next);
      if (!asked.has(event.type) || this.groupOf(event) === null) continue;
      return {
        kind: 'unsure',
        why: `${lost ?? 'some'} lines of the trace are lost here, and what they said is not known`,
      };
    }
    return null;
  }

  private groupOf(event: TraceEvent): GroupId | null {
    const { lock, device, group } = event.data as { lock?: LockId; device?: DeviceId; group?: GroupId | null };
    if (lock !== undefined) return this.groupOfLock(lock);
    return (device === undefined ? group : this.groupByDevice.get(device)) ?? null;
  }

  private groupOfLock(lock: LockId): GroupId | null {
    const at = lock.indexOf(':');
    const named = lock.slice(at + 1);
    if (lock.startsWith('device:')) return this.groupByDevice.get(named as DeviceId) ?? null;
    return at < 0 ? null : (named as GroupId);
  }

  private explain(event: TraceEvent, index: number): Stuck | Unsure | null {
    const group = this.groupOf(event);
    const story = group === null ? null : this.storyOf(group);
    return group === null || story === null ? null : this.feed(group, story, event, index);
  }

  /** A system call names no group: it is told to those with a device through which a user may speak. */
  private everywhere(event: TraceEvent, index: number): Stuck | Unsure | null {
    for (const [group, story] of this.stories) {
      if (event.type === 'SyscallEntered' && !story.worlds.hasSpeaker) continue;
      const problem = this.feed(group, story, event, index);
      if (problem !== null) return problem;
    }
    return null;
  }

  private feed(group: GroupId, story: GroupStory, event: TraceEvent, index: number): Stuck | Unsure | null {
    try {
      if (!story.feed(event)) return { kind: 'stuck', group, story };
    } catch (error) {
      if (error instanceof BoundError) return { kind: 'unsure', why: error.message };
      throw error;
    }
    this.tally.end(event);
    this.at = index + 1;
    const { worlds } = story;
    const [only, another] = worlds.worlds;
    if (only !== undefined && another === undefined && only.trail !== null) {
      this.tally.take(only.trail, this.at);
      worlds.worlds = [{ ...only, trail: null }];
    }
    return null;
  }
}
