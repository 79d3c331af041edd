import type { Errno, GroupId, OperationName, OwnerId, Position, TaskId } from '@custody/trace';

/** A group's owner and count as read under its mutex. */
export interface Ownership {
  readonly owner: OwnerId | null;
  readonly count: number;
}

/** Something about a group's ownership that the call which the task was in does not account for. */
export interface Unexplained {
  readonly position: Position;
  readonly group: GroupId;
  readonly task: TaskId;
  readonly from: Ownership;
  readonly to: Ownership;
  /** The innermost ownership call of the task; null when it was in none. */
  readonly call: OperationName | null;
  readonly why: string;
}

/** An ownership call under way, and what was read of its group inside it. */
interface OpenCall {
  readonly op: OperationName;
  readonly group: GroupId | null;
  readonly cookie: OwnerId | undefined;
  was?: Ownership;
  now?: Ownership;
  changes: number;
}

/**
 * How a kernel keeps ownership: a counter of DMA API users (v5.19 and later), or the mail's token, which the group's
 * owner is set to and no count. A recording shows which by the first change that only one of them makes.
 */
type Scheme = 'counter' | 'token';
type Rule = (from: Ownership, to: Ownership, call: OpenCall) => boolean;

const isClaimOf = ({ owner }: Ownership, { cookie }: OpenCall): boolean => owner !== null && owner === cookie;
const isFree = ({ owner, count }: Ownership): boolean => owner === null && count === 0;

const counter: Readonly<Partial<Record<OperationName, Rule>>> = {
  use: (from, to) => from.owner === null && to.owner === null && to.count === from.count + 1,
  unuse: (from, to) => from.owner === null && to.owner === null && to.count === from.count - 1,
  claim: (from, to, call) => isFree(from) && isClaimOf(to, call) && to.count === 1,
  release: (from, to) => from.owner !== null && isFree(to),
  'claim-device': (from, to, call) =>
    isClaimOf(to, call) && to.count === from.count + 1 && (isFree(from) || from.owner === to.owner),
  'release-device': (from, to) =>
    from.owner !== null &&
    to.count === from.count - 1 &&
    (to.count === 0 ? to.owner === null : to.owner === from.owner),
};

/** The count is dead there: it says nothing, and so must not move. */
const token: Readonly<Partial<Record<OperationName, Rule>>> = {
  use: (from, to) => from.owner === null && to.owner !== null && to.count === from.count,
  unuse: (from, to) => from.owner !== null && to.owner === null && to.count === from.count,
  claim: (from, to, call) => from.owner === null && isClaimOf(to, call) && to.count === from.count,
  release: (from, to) => from.owner !== null && to.owner === null && to.count === from.count,
};

const rules = { counter, token } as const;

/** With a counter these change it whenever they succeed; a token can be there already, or stay for a sibling's sake. */
const mustChange: Readonly<Record<Scheme, readonly OperationName[]>> = {
  counter: ['use', 'unuse', 'claim', 'release', 'claim-device', 'release-device'],
  token: ['claim', 'release'],
};

type Problem = Omit<Unexplained, 'position'>;

/** Asks of every change of ownership whether the call that the task is in accounts for it, and of every call for its change. */
export const accounting = () => {
  const open = new Map<TaskId, OpenCall[]>();
  let scheme: Scheme | null = null;
  /** The token, once a `use` has set it. */
  let dmaApi: OwnerId | null = null;
  /** Since events were lost: the tasks that are known to be in no other call than those seen. null: none were lost. */
  let certain: Set<TaskId> | null = null;

  const innermost = (task: TaskId): OpenCall | undefined => open.get(task)?.at(-1);

  const explainedBy = (kind: Scheme, from: Ownership, to: Ownership, call: OpenCall): boolean => {
    if (kind === 'token' && dmaApi !== null) {
      const other = call.op === 'use' ? to.owner : call.op === 'unuse' ? from.owner : dmaApi;
      if (other !== dmaApi) return false;
    }
    return rules[kind][call.op]?.(from, to, call) ?? false;
  };

  /** The scheme that explains the change, the known one only; both at once (a release) decide nothing. */
  const explain = (from: Ownership, to: Ownership, call: OpenCall): boolean => {
    if (scheme !== null) return explainedBy(scheme, from, to, call);
    const fitting = (['counter', 'token'] as const).filter((kind) => explainedBy(kind, from, to, call));
    if (fitting.length === 1) scheme = fitting[0] ?? null;
    return fitting.length > 0;
  };

  return {
    entered: (task: TaskId, op: OperationName, group: GroupId | null, cookie: OwnerId | undefined): void => {
      if (!(op in counter)) return;
      open.set(task, [...(open.get(task) ?? []), { op, group, cookie, changes: 0 }]);
    },

    /** The group was read under its mutex; `from` is null when nothing was known of it before. */
    read: (task: TaskId, group: GroupId, from: Ownership | null, to: Ownership): Problem | null => {
      const call = innermost(task);
      const inside = call !== undefined && (call.group === null || call.group === group);
      if (inside) {
        if (from !== null) call.was ??= from;
        call.now = to;
      }
      if (from === null || (from.owner === to.owner && from.count === to.count)) return null;
      const problem = (why: string): Problem => ({ group, task, from, to, call: call?.op ?? null, why });
      if (!inside) {
        const isCertain = certain === null || certain.has(task);
        return isCertain ? problem('no call on this group accounts for it') : null;
      }
      call.changes += 1;
      if (call.changes > 1) return problem(`its ${call.op} had changed it already`);
      if (!explain(from, to, call)) return problem(`${call.op} does not do that`);
      if (scheme === 'token' && call.op === 'use') dmaApi ??= to.owner;
      return null;
    },

    returned: (task: TaskId, op: OperationName, errno: Errno): Problem | null => {
      const calls = open.get(task) ?? [];
      const index = calls.findLastIndex((call) => call.op === op);
      const call = calls[index];
      if (call === undefined) return null;
      open.set(task, calls.slice(0, index));
      const { group, was, now, changes } = call;
      if (group === null || was === undefined || now === undefined) return null;
      const about = { group, task, from: was, to: now, call: op };
      if (errno !== 'OK')
        return changes > 0 ? { ...about, why: `${op} returned ${errno} and changed it all the same` } : null;
      if (changes > 0 || scheme === null || !mustChange[scheme].includes(op)) return null;
      return { ...about, why: `${op} returned OK and changed nothing` };
    },

    /** The task is at the border to user space: in no call. */
    outside: (task: TaskId): void => {
      certain?.add(task);
    },

    /** Events are missing: nothing that was under way can be relied on. */
    lost: (): void => {
      open.clear();
      certain = new Set();
    },
  };
};
