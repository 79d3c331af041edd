import type { DomainId, OwnerId, TraceEvent } from '@custody/trace';
import type { Attempt, GroupWorlds } from './group-worlds.ts';
import type { Reading } from './reading.ts';
import type { World } from './world.ts';

interface Fed {
  readonly event: TraceEvent;
  readonly reading: Reading | null;
}

/** Why no world of a group can go on. */
export interface Reasons {
  readonly reading: Reading | null;
  readonly worlds: readonly World[];
  readonly attempts: readonly Attempt[];
}

/** One group's part of a run, as it is being explained. */
export class GroupStory {
  readonly worlds: GroupWorlds;
  private reading: Reading;
  /** Where nobody was at work last, and what came since: what is gone over again when reasons are wanted. */
  private window: { readonly goBack: () => void; readonly since: Fed[] };

  constructor(worlds: GroupWorlds, reading: Reading) {
    this.worlds = worlds;
    this.reading = reading;
    this.window = { goBack: worlds.mark(), since: [] };
  }

  owned(owner: OwnerId | null, count: number): void {
    this.reading = { ...this.reading, owner, count };
  }

  attached(domain: DomainId): void {
    this.reading = { ...this.reading, domain };
  }

  /** @returns whether a world is left in which the event can be. */
  feed(event: TraceEvent): boolean {
    if (this.worlds.isQuiet && this.window.since.length > 0) this.window = { goBack: this.worlds.mark(), since: [] };
    const fed = { event, reading: this.readingAt(event) };
    this.window.since.push(fed);
    return this.worlds.feed(event.task, event, fed.reading);
  }

  /** What was read is read as the mutex is let go; where the line of that is lost, nothing was. */
  private readingAt(event: TraceEvent): Reading | null {
    const isRelease = event.type === 'LockReleased' && event.data.lock.startsWith('group:');
    return isRelease && event.data.inferred !== true ? this.reading : null;
  }

  mark(): () => void {
    const { reading } = this;
    const goBack = this.worlds.mark();
    return () => {
      this.reading = reading;
      goBack();
    };
  }

  /** After an event that no world explains: goes over the window again, to the same place, and notes why. */
  reasons(): Reasons {
    const { worlds, window } = this;
    window.goBack();
    worlds.steps.withReadings = true;
    for (const { event, reading } of window.since.slice(0, -1)) worlds.feed(event.task, event, reading);
    const { event, reading } = window.since.at(-1) as Fed;
    const attempts: Attempt[] = [];
    const before = worlds.worlds;
    worlds.feed(event.task, event, reading, attempts);
    worlds.steps.withReadings = false;
    return { reading, worlds: before, attempts };
  }
}
