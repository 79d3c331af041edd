import { namelessRole, type TaskId } from '@custody/trace';

/** An event as far as its order against others matters. */
export interface Happening {
  readonly task: TaskId;
  /** What its task is to the story: a role that several tasks may share. */
  readonly role: string;
  /** What happened, as a number that is the same in both runs. */
  readonly key: number;
  /** The locks, groups and devices that it touches, as numbers that are the same in both runs. */
  readonly touches: readonly number[];
}

/** A run as what may not swap in it: the events of a task, and those that touch one object, stay in their order. */
export interface PartialOrder {
  readonly happenings: readonly Happening[];
  /** Of each task its events, and of each object those that touch it, oldest first, by their numbers. */
  readonly lanes: ReadonlyMap<TaskId, readonly number[]>;
  readonly objects: ReadonlyMap<number, readonly number[]>;
}

const pushTo = <Key>(lists: Map<Key, number[]>, key: Key, value: number): number => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
  return (list?.length ?? 1) - 1;
};

export const partialOrder = (happenings: readonly Happening[]): PartialOrder => {
  const lanes = new Map<TaskId, number[]>();
  const objects = new Map<number, number[]>();
  for (const [number, { task, touches }] of happenings.entries()) {
    pushTo(lanes, task, number);
    for (const object of touches) pushTo(objects, object, number);
  }
  return { happenings, lanes, objects };
};

/** Where a task first stands among those who touch an object. */
interface Place {
  readonly role: string;
  readonly text: string;
}

/**
 * What tells a task from others of its role however independent events swap: the first place that it has among those who
 * touch an object. A task that touches nothing has none.
 */
const placesOf = ({ happenings, objects }: PartialOrder): ReadonlyMap<TaskId, Place> => {
  const places = new Map<TaskId, Place & { readonly number: number }>();
  for (const [object, numbers] of objects) {
    for (const [index, number] of numbers.entries()) {
      const { task, role, key } = happenings[number] as Happening;
      const known = places.get(task);
      if (known === undefined || number < known.number)
        places.set(task, { number, role, text: `${key}|${object}|${index}` });
    }
  }
  return places;
};

/** The role of a task of the run. */
export const roleIn = ({ happenings, lanes }: PartialOrder, task: TaskId): string =>
  happenings[lanes.get(task)?.[0] ?? 0]?.role ?? task;

/** The tasks of the right run by those of the left that do the same in it; each at most once. */
export const pairedTasks = (left: PartialOrder, right: PartialOrder): ReadonlyMap<TaskId, TaskId> => {
  const pairs = new Map<TaskId, TaskId>();
  const taken = new Set<TaskId>();
  const pair = (mine: TaskId, theirs: TaskId): void => {
    pairs.set(mine, theirs);
    taken.add(theirs);
  };
  const byPlace = new Map([...placesOf(right)].map(([task, place]) => [place.text, { task, role: place.role }]));
  for (const [task, { role, text }] of placesOf(left)) {
    const there = byPlace.get(text);
    if (there === undefined || taken.has(there.task)) continue;
    // Whose name one recording does not show may be whoever does the same in the other.
    if (there.role === role || role === namelessRole || there.role === namelessRole) pair(task, there.task);
  }
  // What is left over goes by role, those first that say the same all their life.
  const rest = (order: PartialOrder, isFree: (task: TaskId) => boolean, nameOf: (task: TaskId) => string) => {
    const byName = new Map<string, TaskId[]>();
    for (const task of order.lanes.keys()) {
      if (!isFree(task)) continue;
      const name = nameOf(task);
      byName.set(name, [...(byName.get(name) ?? []), task]);
    }
    return byName;
  };
  const lifeIn =
    (order: PartialOrder) =>
    (task: TaskId): string =>
      `${roleIn(order, task)}|${(order.lanes.get(task) ?? []).map((number) => order.happenings[number]?.key).join(' ')}`;
  const roleNameIn =
    (order: PartialOrder) =>
    (task: TaskId): string =>
      roleIn(order, task);
  for (const nameIn of [lifeIn, roleNameIn]) {
    const theirs = rest(right, (task) => !taken.has(task), nameIn(right));
    for (const [name, tasks] of rest(left, (task) => !pairs.has(task), nameIn(left))) {
      for (const [index, other] of (theirs.get(name) ?? []).entries()) {
        const mine = tasks[index];
        if (mine !== undefined) pair(mine, other);
      }
    }
  }
  return pairs;
};

/** How far two partial orders are the same. */
export interface CommonPrefix {
  /** For every event of the left the number of the right's that it is, −1 for none; closed under what came before. */
  readonly matches: Int32Array;
  readonly shared: number;
}

/** The longest common beginning of two partial orders: in time, each event by the places that it has in its lists. */
export const commonPrefix = (
  left: PartialOrder,
  right: PartialOrder,
  pairs: ReadonlyMap<TaskId, TaskId>,
): CommonPrefix => {
  const matches = new Int32Array(left.happenings.length).fill(-1);
  const nextInLane = new Map<TaskId, number>();
  const nextOfObject = new Map<number, number>();
  const broken = new Set<TaskId | number>();
  let shared = 0;
  for (const [number, { task, key, touches }] of left.happenings.entries()) {
    const pair = pairs.get(task);
    const index = nextInLane.get(task) ?? 0;
    const match = pair === undefined || broken.has(task) ? undefined : right.lanes.get(pair)?.[index];
    const there = match === undefined ? undefined : right.happenings[match];
    const isThere =
      there !== undefined &&
      there.key === key &&
      there.touches.length === touches.length &&
      touches.every(
        (object) => !broken.has(object) && right.objects.get(object)?.[nextOfObject.get(object) ?? 0] === match,
      );
    if (!isThere || match === undefined) {
      broken.add(task);
      for (const object of touches) broken.add(object);
      continue;
    }
    matches[number] = match;
    shared += 1;
    nextInLane.set(task, index + 1);
    for (const object of touches) nextOfObject.set(object, (nextOfObject.get(object) ?? 0) + 1);
  }
  return { matches, shared };
};

/** How many swaps of neighbours make the one order of the matched events of the other: its inversions (merge sort). */
export const swapsIn = (matches: Int32Array): number => {
  let sorted = matches.filter((match) => match >= 0);
  let merged = new Int32Array(sorted.length);
  let swaps = 0;
  for (let width = 1; width < sorted.length; width *= 2) {
    for (let from = 0; from < sorted.length; from += 2 * width) {
      const middle = Math.min(from + width, sorted.length);
      const to = Math.min(from + 2 * width, sorted.length);
      let one = from;
      let other = middle;
      for (let at = from; at < to; at += 1) {
        if (one < middle && (other >= to || (sorted[one] as number) <= (sorted[other] as number))) {
          merged[at] = sorted[one++] as number;
        } else {
          merged[at] = sorted[other++] as number;
          swaps += middle - one;
        }
      }
    }
    [sorted, merged] = [merged, sorted];
  }
  return swaps;
};

/** Where two runs part: the first event on each side that the common prefix does not have; null for a side without. */
export interface Parting {
  readonly left: number | null;
  readonly right: number | null;
}

/**
 * The first causal difference: an event of one side all of whose causes are on both, and what stands in its place on
 * the other: what the same task did, or who came first to the same object.
 */
export const partingOf = (
  left: PartialOrder,
  right: PartialOrder,
  pairs: ReadonlyMap<TaskId, TaskId>,
  { matches }: CommonPrefix,
): Parting => {
  const back = new Int32Array(right.happenings.length).fill(-1);
  for (const [number, match] of matches.entries()) if (match >= 0) back[match] = number;
  const pairsBack = new Map([...pairs].map(([mine, theirs]) => [theirs, mine]));
  const first = (of: Int32Array): number | null => {
    const found = of.indexOf(-1);
    return found < 0 ? null : found;
  };
  const unmatchedIn = (numbers: readonly number[] | undefined, of: Int32Array): number | null =>
    numbers?.find((number) => of[number] === -1) ?? null;
  /** What stands in the place of an event of `one` in `other`. */
  const inPlaceOf = (
    number: number,
    one: PartialOrder,
    other: PartialOrder,
    tasks: ReadonlyMap<TaskId, TaskId>,
    unmatched: Int32Array,
  ): number | null => {
    const { task, key, touches } = one.happenings[number] as Happening;
    const pair = tasks.get(task);
    const inLane = pair === undefined ? null : unmatchedIn(other.lanes.get(pair), unmatched);
    if (inLane !== null && other.happenings[inLane]?.key !== key) return inLane;
    const atObjects = touches
      .map((object) => unmatchedIn(other.objects.get(object), unmatched))
      .filter((at) => at !== null && at !== inLane) as number[];
    return atObjects.length > 0 ? Math.min(...atObjects) : inLane;
  };
  const [mine, theirs] = [first(matches), first(back)];
  if (mine === null || theirs === null) return { left: mine, right: theirs };
  const fromLeft = { left: mine, right: inPlaceOf(mine, left, right, pairs, back) };
  const fromRight = { left: inPlaceOf(theirs, right, left, pairsBack, matches), right: theirs };
  const late = ({ left: one, right: other }: Parting): number =>
    (one ?? left.happenings.length) + (other ?? right.happenings.length);
  if (late(fromRight) === late(fromLeft)) return { left: mine, right: theirs };
  return late(fromRight) < late(fromLeft) ? fromRight : fromLeft;
};
