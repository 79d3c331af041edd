import type { LockId, TaskId, TraceEvent } from '@custody/trace';

/** How long something took, in nanoseconds; a clock that only counts (`counter`) gives counts. */
export interface Times {
  readonly count: number;
  /** To three digits; null when there is none. */
  readonly median: number | null;
  readonly longest: number | null;
}

/** What was seen of a kind of locks. */
export interface LockTally {
  readonly acquired: number;
  readonly released: number;
  /** Acquisitions that no probe saw: certain from what the task did next, and dated late. */
  readonly inferred: number;
  /** From asking to having, where both were seen. */
  readonly waits: Times;
  /** From having to dropping, where both were seen. */
  readonly holds: Times;
}

export type LockKind = 'group' | 'device' | 'other';

/** Durations to three digits, counted: bounded memory, however long the recording. */
const durations = () => {
  const counts = new Map<number, number>();
  let total = 0;
  let longest = 0;
  return {
    add: (nanoseconds: number): void => {
      const rounded = Number(nanoseconds.toPrecision(3));
      counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
      total += 1;
      longest = Math.max(longest, nanoseconds);
    },
    times: (): Times => {
      if (total === 0) return { count: 0, median: null, longest: null };
      let left = Math.ceil(total / 2);
      const sorted = [...counts].sort(([one], [other]) => one - other);
      const median = sorted.find(([, count]) => {
        left -= count;
        return left <= 0;
      });
      return { count: total, median: median?.[0] ?? null, longest };
    },
  };
};

const kindOf = (lock: LockId): LockKind =>
  lock.startsWith('group:') ? 'group' : lock.startsWith('device:') ? 'device' : 'other';

const emptyTally = () => ({ acquired: 0, released: 0, inferred: 0, waits: durations(), holds: durations() });

/** Counts what happens to locks, and how long tasks wait for them and hold them. */
export const lockTimes = () => {
  const tallies = { group: emptyTally(), device: emptyTally(), other: emptyTally() };
  const asked = new Map<string, number>();
  const taken = new Map<string, number>();
  const keyOf = (task: TaskId, lock: LockId): string => `${task} ${lock}`;

  const ended = (began: Map<string, number>, key: string, at: number): number | undefined => {
    const from = began.get(key);
    began.delete(key);
    // Time goes back by a little between CPUs.
    return from === undefined ? undefined : Math.max(0, at - from);
  };

  return {
    watch: (event: TraceEvent): void => {
      switch (event.type) {
        case 'LockRequested':
          asked.set(keyOf(event.task, event.data.lock), event.at);
          return;
        case 'LockAcquired': {
          const { lock, inferred } = event.data;
          const key = keyOf(event.task, lock);
          const tally = tallies[kindOf(lock)];
          const waited = ended(asked, key, event.at);
          tally.acquired += 1;
          if (inferred) tally.inferred += 1;
          else if (waited !== undefined) tally.waits.add(waited);
          // It was had earlier than an inferred one says.
          if (!inferred) taken.set(key, event.at);
          else taken.delete(key);
          return;
        }
        case 'LockReleased': {
          const tally = tallies[kindOf(event.data.lock)];
          const held = ended(taken, keyOf(event.task, event.data.lock), event.at);
          tally.released += 1;
          if (held !== undefined && !event.data.inferred) tally.holds.add(held);
          return;
        }
        case 'EventsLost':
          asked.clear();
          taken.clear();
      }
    },
    tally: (): Readonly<Record<LockKind, LockTally>> => {
      const of = (kind: LockKind): LockTally => {
        const { waits, holds, ...counts } = tallies[kind];
        return { ...counts, waits: waits.times(), holds: holds.times() };
      };
      return { group: of('group'), device: of('device'), other: of('other') };
    },
  };
};
