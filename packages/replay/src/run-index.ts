import {
  type LockId,
  type Nanos,
  type Position,
  position,
  type TaskId,
  type Timeline,
  type TraceEvent,
} from '@custody/trace';

/** What one may want to jump to. */
export type Kind = 'meaning' | 'ownership' | 'hand-over' | 'trouble';

const bits: Readonly<Record<Kind, number>> = { meaning: 1, ownership: 2, 'hand-over': 4, trouble: 8 };

/** What is known of every event of a run without having it: 13 bytes each. It grows as the run is read. */
export interface RunIndex {
  /** How many events have been read. */
  readonly read: () => number;
  /** Reads on, up to `count` events in all. @throws what the timeline throws. */
  readonly readTo: (count: number) => void;
  readonly isKind: (event: number, kind: Kind) => boolean;
  /** How many tasks have moved so far. */
  readonly tasks: () => number;
  /** The nearest position after an event of that kind, before or behind `from`; null when none was read. */
  readonly next: (kind: Kind, from: Position, direction: 1 | -1) => Position | null;
  /** The nearest position after an event of that task. */
  readonly nextOf: (task: TaskId, from: Position, direction: 1 | -1) => Position | null;
  /** How many of the events read happened in each of `parts` equal parts of the run's time. */
  readonly density: (parts: number) => readonly number[];
  /** In which of `parts` equal parts of the run's time something happened. */
  readonly partOf: (at: Nanos, parts: number) => number;
  /** The first position whose events so far all happened by `at`, among those read. */
  readonly positionAt: (at: Nanos) => Position;
}

/** Does the event say no, or tell of trouble? */
export const isTrouble = (event: TraceEvent): boolean => {
  switch (event.type) {
    case 'WarningRaised':
    case 'BugHit':
    case 'TaskBlocked':
    case 'EventsLost':
      return true;
    default:
      return 'errno' in event.data && event.data.errno !== 'OK';
  }
};

/**
 * @param timeline - is looked at in order, each event once.
 */
export const runIndex = (timeline: Timeline): RunIndex => {
  let kinds = new Uint8Array(timeline.length);
  let movers = new Uint32Array(timeline.length);
  let times = new Float64Array(timeline.length);
  const numbers = new Map<TaskId, number>();
  const lastHolders = new Map<LockId, TaskId>();
  let read = 0;

  /** A lock that another task had before. */
  const isHandOver = (event: TraceEvent): boolean => {
    if (event.type !== 'LockAcquired') return false;
    const before = lastHolders.get(event.data.lock);
    lastHolders.set(event.data.lock, event.task);
    return before !== undefined && before !== event.task;
  };

  const numberOf = (task: TaskId): number => {
    const known = numbers.get(task);
    if (known !== undefined) return known;
    numbers.set(task, numbers.size);
    return numbers.size - 1;
  };

  /** A run that is followed grows by little at a time. */
  const makeRoom = (count: number): void => {
    if (count <= kinds.length) return;
    const room = Math.max(count, 2 * kinds.length);
    const [oldKinds, oldMovers, oldTimes] = [kinds, movers, times];
    [kinds, movers, times] = [new Uint8Array(room), new Uint32Array(room), new Float64Array(room)];
    kinds.set(oldKinds);
    movers.set(oldMovers);
    times.set(oldTimes);
  };

  const readTo = (count: number): void => {
    const end = Math.min(timeline.length, count);
    makeRoom(end);
    for (; read < end; read += 1) {
      const event = timeline.at(read);
      kinds[read] =
        (event.type === 'LineKept' ? 0 : bits.meaning) |
        (event.type === 'OwnerSet' ? bits.ownership : 0) |
        (isHandOver(event) ? bits['hand-over'] : 0) |
        (isTrouble(event) ? bits.trouble : 0);
      movers[read] = numberOf(event.task);
      times[read] = event.at;
    }
  };

  const nearest = (isWanted: (event: number) => boolean, from: Position, direction: 1 | -1): Position | null => {
    const first = direction === 1 ? from : from - 2;
    for (let event = first; event >= 0 && event < read; event += direction) {
      if (isWanted(event)) return position(event + 1);
    }
    return null;
  };

  let span = { length: -1, begin: 0, end: 0 };
  const spanNow = (): typeof span => {
    const { length } = timeline;
    if (span.length === length) return span;
    span =
      length === 0
        ? { length, begin: 0, end: 0 }
        : { length, begin: timeline.at(0).at, end: timeline.at(length - 1).at };
    return span;
  };

  const partOf = (at: number, parts: number): number => {
    const { begin, end } = spanNow();
    return Math.min(parts - 1, Math.max(0, Math.floor(((at - begin) * parts) / (end - begin + 1))));
  };

  const countedIn = (parts: number): readonly number[] => {
    const counts = new Uint32Array(parts);
    for (let event = 0; event < read; event += 1) {
      const part = partOf(times[event] as number, parts);
      counts[part] = (counts[part] as number) + 1;
    }
    return [...counts];
  };
  let counted: { readonly read: number; readonly counts: readonly number[] } = { read: -1, counts: [] };

  const isKind = (event: number, kind: Kind): boolean => ((kinds[event] as number) & bits[kind]) !== 0;

  return {
    read: () => read,
    readTo,
    isKind,
    tasks: () => numbers.size,
    next: (kind, from, direction) => nearest((event) => isKind(event, kind), from, direction),
    nextOf: (task, from, direction) => {
      const number = numbers.get(task);
      return number === undefined ? null : nearest((event) => movers[event] === number, from, direction);
    },
    density: (parts) => {
      if (counted.read !== read || counted.counts.length !== parts) counted = { read, counts: countedIn(parts) };
      return counted.counts;
    },
    partOf,
    positionAt: (at) => {
      let low = 0;
      let high = read;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((times[middle] as number) <= at) low = middle + 1;
        else high = middle;
      }
      return position(low);
    },
  };
};
