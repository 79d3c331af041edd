import type { Call, GroupId, OperationName, OwnerId, Position, TaskId } from '@custody/trace';

/** A group's owner and count as read under its mutex; count is null on kernels without one. */
export interface Ownership {
  readonly owner: OwnerId | null;
  readonly count: number;
}

/** A change of ownership that the call which the task was in does not account for. */
export interface Unexplained {
  readonly position: Position;
  readonly group: GroupId;
  readonly task: TaskId;
  readonly from: Ownership;
  readonly to: Ownership;
  /** The innermost ownership call of the task; null when it was in none. */
  readonly call: OperationName | null;
}

type Rule = (from: Ownership, to: Ownership, call: Call) => boolean;

/** `use`: one more kernel user; in a scheme with a token, the free group gets it (seed mail, 2022-02-23). */
const used: Rule = (from, to) =>
  (from.owner === to.owner && to.count === from.count + 1) ||
  (from.owner === null && to.owner !== null && to.count === from.count);

/** `unuse`: one kernel user less; in a scheme with a token, it is given back when the walk finds no other user. */
const unused: Rule = (from, to) =>
  (from.owner === to.owner && to.count === from.count - 1) ||
  (from.owner !== null && to.owner === null && to.count === from.count);

/** `claim`: a free group gets the claimer's cookie; the count goes from 0 to 1 where there is one. */
const claimed: Rule = (from, to, call) =>
  from.owner === null && to.owner !== null && to.owner === call.owner && from.count === 0 && to.count <= 1;

const givenUp = (from: Ownership, to: Ownership): boolean => from.owner !== null && to.owner === null && to.count === 0;

/** A device's claim (v6.2 and later) counts once more under the same cookie. */
const deviceClaimed: Rule = (from, to, call) =>
  claimed(from, to, call) || (from.owner === call.owner && to.owner === from.owner && to.count === from.count + 1);

const deviceReleased: Rule = (from, to) =>
  (from.owner !== null && to.owner === null && to.count === 0) ||
  (from.owner !== null && to.owner === from.owner && to.count === from.count - 1);

const rules: Readonly<Partial<Record<OperationName, Rule>>> = {
  use: used,
  unuse: unused,
  claim: claimed,
  release: givenUp,
  'claim-device': deviceClaimed,
  'release-device': deviceReleased,
};

/** Does one of the calls that the task is in, innermost first, account for this change? */
export const explains = (calls: readonly Call[], from: Ownership, to: Ownership): boolean =>
  calls.toReversed().some((call) => rules[call.op]?.(from, to, call) ?? false);
