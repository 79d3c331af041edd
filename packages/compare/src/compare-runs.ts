import {
  type FactType,
  type Position,
  position,
  type Role,
  type RunHeader,
  type TaskId,
  type Timeline,
  type TraceEvent,
} from '@custody/trace';
import { align } from './align.ts';
import { eventAt, happeningsOf, interner, type KeyedRun, keyedRun, lanesOf, positionOf } from './keys.ts';
import {
  commonPrefix,
  type PartialOrder,
  pairedTasks,
  partialOrder,
  partingOf,
  roleIn,
  swapsIn,
} from './partial-order.ts';
import { type ResultDifference, resultDifferences } from './results.ts';

/** One of the two runs. */
export interface RunSide {
  readonly header: Pick<RunHeader, 'topology'>;
  readonly timeline: Timeline;
}

/** Something said of either run. */
export interface Both<Value> {
  readonly left: Value;
  readonly right: Value;
}

export interface CompareOptions {
  /** Compare from these positions on; default: the start. */
  readonly from?: Both<Position>;
  /**
   * Compare from the first event of this type on, in each run, at or after `from`; or from the first marker whose text
   * holds this.
   */
  readonly alignOn?: string;
  /** Leave out events of these types as well. */
  readonly ignored?: readonly FactType[];
  /** Roles of the right run by what the left calls them; roles of the same name go together anyway. */
  readonly tasks?: ReadonlyMap<Role, Role>;
}

/** The positions just before an event of the left run and before its like in the right. */
export type Pair = readonly [left: Position, right: Position];

interface Counts {
  /** Compared events that both runs have, each task's in the same order. */
  readonly shared: number;
  /** Which event is which: the positions before it in either run, in the order of the left. */
  readonly pairs: readonly Pair[];
  /** Events known to be missing from each recording: with losses, neither answer proves anything about the gap. */
  readonly lost: Both<number>;
}

/** Every compared event of either run has its like in the other, in the same order. */
export interface Same extends Counts {
  readonly kind: 'same';
}

/**
 * The same, but for the order of events that touch no common lock, group or device: no task can tell the two apart.
 * `swaps` of neighbours make the one order of the other.
 */
export interface Equivalent extends Counts {
  readonly kind: 'equivalent';
  readonly swaps: number;
}

/** A stretch of what one role did (positions `from` to `to`, possibly empty) that has no like in the other run. */
export interface Hunk {
  readonly role: Role;
  readonly left: Stretch;
  readonly right: Stretch;
}

export interface Stretch {
  readonly from: Position;
  readonly to: Position;
  /** How many of the role's compared events are in it. */
  readonly events: number;
}

export interface Parted extends Counts {
  readonly kind: 'parted';
  /**
   * The first causal difference, positions just before it: all that can have led to it is the same in both runs. Where one
   * side has nothing in its place, its end.
   */
  readonly first: Both<Position>;
  /** What each did there; null for a run that has nothing in its place. */
  readonly next: Both<TraceEvent | null>;
  /** Events before it in common, and how many swaps of neighbours were ignored among them. */
  readonly before: { readonly events: number; readonly swaps: number };
  readonly onlyLeft: number;
  readonly onlyRight: number;
  /** False when the runs differ too much to find the best alignment quickly: counts and hunks are then upper bounds. */
  readonly exact: boolean;
  /** Role by role, in the order of the left run. */
  readonly hunks: readonly Hunk[];
  readonly results: readonly ResultDifference[];
}

export type Comparison = Same | Equivalent | Parted;

const isStart = (event: TraceEvent, alignOn: string): boolean =>
  event.type === alignOn || (event.type === 'MarkerWritten' && event.data.text.includes(alignOn));

const startOf = (timeline: Timeline, from: Position, alignOn: string | undefined): Position => {
  if (alignOn === undefined) return from;
  for (let index: number = from; index < timeline.length; index += 1) {
    if (isStart(timeline.at(index), alignOn)) return position(index);
  }
  throw new RangeError(
    `Cannot align on ${alignOn} as one of the runs has no such event, and no marker with it, from position ${from} on`,
  );
};

const lostIn = (timeline: Timeline): number => {
  let lost = 0;
  for (let index = 0; index < timeline.length; index += 1) {
    const event = timeline.at(index);
    if (event.type === 'EventsLost') lost += event.data.count ?? 1;
  }
  return lost;
};

/** The part of a lane (numbers of compared events) from its item `from` up to `to`; where it is empty, where it would be. */
const stretchOf = (run: KeyedRun, lane: readonly number[], from: number, to: number): Stretch => {
  const start = positionOf(run, lane[from] ?? run.keys.length);
  const last = lane[to - 1];
  return {
    from: start,
    to: from === to || last === undefined ? start : position((run.indices[last] as number) + 1),
    events: to - from,
  };
};

/** One role's lane on either side, aligned. */
const alignLane = (
  left: KeyedRun,
  right: KeyedRun,
  role: Role,
  [mine, theirs]: readonly [readonly number[], readonly number[]],
) => {
  const keysOf = (run: KeyedRun, lane: readonly number[]): Int32Array =>
    Int32Array.from(lane, (compared) => run.keys[compared] as number);
  const { matches, exact } = align(keysOf(left, mine), keysOf(right, theirs));
  const hunks: Hunk[] = [];
  const pairs: Pair[] = [];
  let i = 0;
  let j = 0;
  const close = (leftTo: number, rightTo: number): void => {
    if (i === leftTo && j === rightTo) return;
    hunks.push({ role, left: stretchOf(left, mine, i, leftTo), right: stretchOf(right, theirs, j, rightTo) });
  };
  for (const [index, match] of matches.entries()) {
    if (match < 0) continue;
    close(index, match);
    pairs.push([positionOf(left, mine[index] as number), positionOf(right, theirs[match] as number)]);
    i = index + 1;
    j = match + 1;
  }
  close(mine.length, theirs.length);
  return { hunks, pairs, exact };
};

const alignLanes = (left: KeyedRun, right: KeyedRun) => {
  const [mine, theirs] = [lanesOf(left), lanesOf(right)];
  const roles = [...new Set([...mine.keys(), ...theirs.keys()])];
  const lanes = roles.map((role) => alignLane(left, right, role, [mine.get(role) ?? [], theirs.get(role) ?? []]));
  return {
    pairs: lanes.flatMap(({ pairs }) => pairs).sort(([one], [other]) => one - other),
    exact: lanes.every(({ exact }) => exact),
    hunks: lanes
      .flatMap(({ hunks }) => hunks)
      .sort((one, other) => one.left.from - other.left.from || one.right.from - other.right.from),
  };
};

/** Roles of the right run whose tasks are nameless in the left, or the other way round: one role for one, or none. */
const namesFound = (
  { left, right }: Both<PartialOrder>,
  pairs: ReadonlyMap<TaskId, TaskId>,
): ReadonlyMap<Role, Role> => {
  const found = new Map<Role, Role>();
  const back = new Map<Role, Role>();
  for (const [mine, theirs] of pairs) {
    const [one, other] = [roleIn(left, mine), roleIn(right, theirs)];
    if ((found.get(other) ?? one) !== one || (back.get(one) ?? other) !== other) return new Map();
    found.set(other, one);
    back.set(one, other);
  }
  const [mine, theirs] = [left, right].map(({ happenings }) => new Set(happenings.map(({ role }) => role)));
  const isFree = (other: Role, one: Role): boolean => !mine?.has(other) && !theirs?.has(one);
  return new Map([...found].filter(([other, one]) => other !== one && isFree(other, one)));
};

const isSameOrder = ({ keys: left }: KeyedRun, { keys: right }: KeyedRun): boolean =>
  left.length === right.length && left.every((key, index) => key === right[index]);

/**
 * Compares two runs by meaning: who (role), what, about what, with which outcome; never by time, address or pid, nor by
 * the order of events that touch no common lock, group or device. What is left out is listed at `uncompared`.
 *
 * @throws RangeError when a run has no event to align on.
 */
export const compareRuns = (left: RunSide, right: RunSide, options: CompareOptions = {}): Comparison => {
  const intern = interner();
  const { from = { left: position(0), right: position(0) }, alignOn, tasks = new Map<Role, Role>() } = options;
  const ignored = new Set(options.ignored);
  const select = (side: RunSide, at: Position, renamed: ReadonlyMap<Role, Role>): KeyedRun =>
    keyedRun(side.timeline, { from: startOf(side.timeline, at, alignOn), ignored, renamed }, intern);
  const mine = select(left, from.left, new Map());
  const theirs = select(right, from.right, tasks);
  const lost = { left: lostIn(left.timeline), right: lostIn(right.timeline) };
  if (isSameOrder(mine, theirs)) {
    const pairs = Array.from(mine.indices, (index, number): Pair => [position(index), positionOf(theirs, number)]);
    return { kind: 'same', shared: pairs.length, pairs, lost };
  }

  const orders = {
    left: partialOrder(happeningsOf(mine, left.header, new Map(), intern)),
    right: partialOrder(happeningsOf(theirs, right.header, tasks, intern)),
  };
  const pairs = pairedTasks(orders.left, orders.right);
  const prefix = commonPrefix(orders.left, orders.right, pairs);
  const swaps = swapsIn(prefix.matches);
  if (prefix.shared === mine.keys.length && prefix.shared === theirs.keys.length) {
    const pairs = Array.from(
      prefix.matches,
      (match, number): Pair => [positionOf(mine, number), positionOf(theirs, match)],
    );
    return { kind: swaps === 0 ? 'same' : 'equivalent', shared: prefix.shared, swaps, pairs, lost };
  }
  const parting = partingOf(orders.left, orders.right, pairs, prefix);
  // A task whose name one recording does not show goes by the other's.
  const found = namesFound(orders, pairs);
  const named = found.size === 0 ? theirs : select(right, from.right, new Map([...tasks, ...found]));
  const { pairs: aligned, exact, hunks } = alignLanes(mine, named);
  const shared = aligned.length;
  const at = (run: KeyedRun, number: number | null): number => number ?? run.keys.length;
  return {
    kind: 'parted',
    first: { left: positionOf(mine, at(mine, parting.left)), right: positionOf(theirs, at(theirs, parting.right)) },
    next: { left: eventAt(mine, at(mine, parting.left)), right: eventAt(theirs, at(theirs, parting.right)) },
    before: { events: prefix.shared, swaps },
    shared,
    pairs: aligned,
    onlyLeft: mine.keys.length - shared,
    onlyRight: named.keys.length - shared,
    exact,
    hunks,
    results: resultDifferences(mine, named),
    lost,
  };
};
