import type { Role } from '@custody/trace';
import { type Errno, type Position, position } from '@custody/trace';
import { align } from './align.ts';
import { isReturn, type ReturnEvent } from './event-key.ts';
import { eventAt, type KeyedRun, lanesOf } from './keys.ts';

/** How one side's call ended; `position` is just after the return, where the world shows its effect. */
export interface Outcome {
  readonly errno: Errno;
  readonly position: Position;
}

/** The same call by the same role, with another outcome. */
export interface ResultDifference {
  readonly role: Role;
  /** E.g. `claim group 6`, `bind 0000:03:02.0`, `write bind`. */
  readonly call: string;
  readonly left: Outcome;
  readonly right: Outcome;
}

const callOf = (event: ReturnEvent): string => {
  switch (event.type) {
    case 'CallReturned': {
      const { op, group, device } = event.data;
      return [op, group === null ? '' : `group ${group}`, device ?? ''].filter((word) => word !== '').join(' ');
    }
    case 'BindReturned':
      return `bind ${event.data.device}`;
    case 'SyscallReturned':
      return event.data.call;
  }
};

const attemptsOf = (run: KeyedRun, lane: readonly number[]): Int32Array =>
  Int32Array.from(lane, (compared) => run.attempts[compared] as number);

const outcomeOf = ({ indices }: KeyedRun, compared: number, { data }: ReturnEvent): Outcome => ({
  errno: data.errno,
  position: position((indices[compared] as number) + 1),
});

const differenceAt = (
  left: KeyedRun,
  right: KeyedRun,
  [i, j]: readonly [number, number],
): readonly ResultDifference[] => {
  const one = eventAt(left, i);
  const other = eventAt(right, j);
  if (one === null || other === null || !isReturn(one) || !isReturn(other)) return [];
  if (one.data.errno === other.data.errno) return [];
  const role = left.roles[i] as Role;
  return [{ role, call: callOf(one), left: outcomeOf(left, i, one), right: outcomeOf(right, j, other) }];
};

/** Matched pairs of one role's events, whatever the outcomes. */
const pairsIn = (left: KeyedRun, right: KeyedRun, [mine, theirs]: readonly [readonly number[], readonly number[]]) => {
  const { matches } = align(attemptsOf(left, mine), attemptsOf(right, theirs));
  return mine.flatMap((compared, index): readonly (readonly [number, number])[] => {
    const match = theirs[matches[index] as number];
    return match === undefined ? [] : [[compared, match]];
  });
};

/**
 * The calls that ended differently. Every role is aligned on its own and blind to outcomes, so neither another order
 * of the tasks nor what a refused call leaves undone hides that it is the same call. Ordered by the left run.
 */
export const resultDifferences = (left: KeyedRun, right: KeyedRun): readonly ResultDifference[] => {
  const theirs = lanesOf(right);
  return [...lanesOf(left)]
    .flatMap(([role, mine]) => pairsIn(left, right, [mine, theirs.get(role) ?? []]))
    .flatMap((pair) => differenceAt(left, right, pair))
    .sort((one, other) => one.left.position - other.left.position);
};
