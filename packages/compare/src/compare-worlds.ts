import type { Call, TaskId, World } from '@custody/trace';

/** A leaf of a world as JSON; null is also what a world that lacks the group or device says. */
export type Leaf = string | number | boolean | null | readonly string[];

/** A leaf that differs; `path` is e.g. `groups.6.owner`. */
export interface WorldDifference {
  readonly path: string;
  readonly left: Leaf;
  readonly right: Leaf;
}

/** What to call each side's tasks, e.g. by `rolesOf`, so that pids do not differ. */
export interface TaskNames {
  readonly left: (task: TaskId) => string;
  readonly right: (task: TaskId) => string;
}

const ownNames: TaskNames = { left: (task) => task, right: (task) => task };

const callText = ({ op, group, device, owner }: Call): string =>
  [op, group === null ? null : `group ${group}`, device, owner === undefined ? null : `for ${owner}`]
    .filter((word) => word !== null && word !== undefined)
    .join(' ');

type Leaves = Map<string, Leaf>;

/** A free lock and a task in no call have no leaves, just as they have no entry in the world. */
const leavesOf = (world: World, nameOf: (task: TaskId) => string): Leaves => {
  const leaves: Leaves = new Map<string, Leaf>([
    ['lost', world.lost],
    ['bugs', world.bugs],
  ]);
  for (const [id, record] of [...under('groups', world.groups), ...under('devices', world.devices)]) {
    for (const [field, leaf] of Object.entries(record)) leaves.set(`${id}.${field}`, leaf as Leaf);
  }
  for (const [id, { holders, waiters }] of under('locks', world.locks)) {
    leaves.set(`${id}.holders`, holders.map(nameOf));
    leaves.set(`${id}.waiters`, waiters.map(nameOf));
  }
  for (const [task, { calls }] of Object.entries(world.tasks)) {
    leaves.set(`tasks.${nameOf(task as TaskId)}.calls`, calls.map(callText));
  }
  return leaves;
};

const under = <Value>(
  family: string,
  entries: Readonly<Record<string, Value>>,
): readonly (readonly [string, Value])[] => Object.entries(entries).map(([id, value]) => [`${family}.${id}`, value]);

/** A lock without an entry is free and a task without one is in no call: both are empty lists, not unknown. */
const absent = (path: string): Leaf => (/^(locks|tasks)\./.test(path) ? [] : null);

const isSameLeaf = (left: Leaf, right: Leaf): boolean =>
  Array.isArray(left) && Array.isArray(right)
    ? left.length === right.length && left.every((item, index) => item === right[index])
    : left === right;

/**
 * The leaves in which two worlds differ, sorted by path. Cookies are compared as they are, so two recordings always
 * differ in an address; whether there is an owner at all shows as null against text.
 *
 * @example
 * ```
 * [{ path: 'groups.6.owner', left: 'vfio', right: null }]
 * ```
 */
export const compareWorlds = (left: World, right: World, names: TaskNames = ownNames): readonly WorldDifference[] => {
  const mine = leavesOf(left, names.left);
  const theirs = leavesOf(right, names.right);
  return [...new Set([...mine.keys(), ...theirs.keys()])]
    .sort()
    .map((path) => ({ path, left: mine.get(path) ?? absent(path), right: theirs.get(path) ?? absent(path) }))
    .filter((difference) => !isSameLeaf(difference.left, difference.right));
};
