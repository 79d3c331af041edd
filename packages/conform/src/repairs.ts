import type { Fact, TraceEvent } from '@custody/trace';
import type { Conforming, ConformingRun, Stuck } from './conforming.ts';
import type { Reasons } from './group-story.ts';
import type { Ownership } from './reading.ts';
import { toldInstead } from './refutation.ts';

/** A small change of the run by which the variant could have done it. */
export type Repair = {
  /** How many events come to be explained after it, of the `mostTried` that are tried. */
  readonly explains: number;
} & (
  | { readonly change: 'errno'; readonly errno: string }
  | { readonly change: 'reading'; readonly owner: string | null; readonly count: number }
  /** A step that the run does not show comes first. */
  | { readonly change: 'added'; readonly fact: Fact }
  /** The event had not been. */
  | { readonly change: 'dropped' }
);
type Change<Of = Repair> = Of extends Repair ? Omit<Of, 'explains'> : never;

/** How far a repair is followed. */
export const mostTried = 200;

const errnoOf = (fact: Fact): string | null => ('errno' in fact.data ? fact.data.errno : null);

const withErrno = (event: TraceEvent, errno: string): TraceEvent =>
  ({ ...event, data: { ...event.data, errno } }) as TraceEvent;

/** The event as it would have to be, and what would have to come before it. */
interface Tried {
  readonly change: Change;
  readonly events: readonly TraceEvent[];
}

/** What could have been read, each once. */
const ownershipsOf = ({ attempts }: Reasons): readonly Ownership[] => [
  ...new Map(
    attempts.flatMap(({ ownership }) => (ownership === null ? [] : [[JSON.stringify(ownership), ownership] as const])),
  ).values(),
];

const stamped = (fact: Fact, { task, at }: TraceEvent): TraceEvent => ({ ...fact, task, at });

const triedOf = (event: TraceEvent, reasons: Reasons, { group }: Stuck): readonly Tried[] => {
  const told = toldInstead(reasons, group);
  const errnos = told.flatMap((fact): Tried[] => {
    const errno = errnoOf(fact);
    if (errno === null || fact.type !== event.type || errno === errnoOf(event)) return [];
    return [{ change: { change: 'errno', errno }, events: [withErrno(event, errno)] }];
  });
  const readings =
    reasons.reading?.count == null
      ? []
      : ownershipsOf(reasons).map(({ owner, count }): Tried => {
          const data = { group, owner: owner as never, count };
          return {
            change: { change: 'reading', owner, count },
            events: [stamped({ type: 'OwnerSet', data }, event), event],
          };
        });
  const added = told
    .filter(({ type }) => type !== event.type)
    .map((fact): Tried => ({ change: { change: 'added', fact }, events: [stamped(fact, event), event] }));
  return [...errnos, ...readings, ...added, { change: { change: 'dropped' }, events: [] }];
};

/**
 * Which single change of the run at `index`, where `stuck`, would let the variant go on: another errno, another reading,
 * a line more, or this one less.
 */
export const repairsAt = (
  conforming: Conforming,
  { timeline }: ConformingRun,
  { stuck, index, reasons }: { readonly stuck: Stuck; readonly index: number; readonly reasons: Reasons },
): readonly Repair[] => {
  const goBack = conforming.mark();
  const explainedAfter = ({ events }: Tried): number => {
    if (events.some((event) => conforming.take(event, index) !== null)) return 0;
    let next = index + 1;
    const end = Math.min(timeline.length, next + mostTried);
    while (next < end && conforming.take(timeline.at(next), next) === null) next += 1;
    return next - index - 1;
  };
  const repairs = triedOf(timeline.at(index), reasons, stuck).flatMap((tried): Repair[] => {
    const explains = explainedAfter(tried);
    goBack();
    return explains > 0 ? [{ ...tried.change, explains }] : [];
  });
  return repairs.sort((one, other) => other.explains - one.explains);
};
