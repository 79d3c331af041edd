import type { Behaviour, Footprint, TaskBehaviour } from './behaviour.ts';
import type { Field } from './layout.ts';
import type { Interchangeable } from './symmetry.ts';

/** Where a field belongs: which field of which member of a group. */
interface Spot {
  readonly group: number;
  readonly member: number;
  readonly index: number;
}

const spotIn = ({ groups }: Interchangeable, field: Field): Spot | null => {
  for (const [group, { members }] of groups.entries()) {
    for (const [member, { fields }] of members.entries()) {
      const index = fields.indexOf(field);
      if (index >= 0) return { group, member, index };
    }
  }
  return null;
};

/** By field's number: those of the like fields of every member, as far as they are known; itself for one of no member. */
export const likeFields = (
  fields: readonly Field[],
  symmetry: Interchangeable | undefined,
): readonly (readonly number[])[] =>
  fields.map((field, number) => {
    const spot = symmetry === undefined ? null : spotIn(symmetry, field);
    if (symmetry === undefined || spot === null) return [number];
    const alike = symmetry.groups[spot.group]?.members.map((member) => member.fields[spot.index]);
    return fields.flatMap((other, its) => (alike?.includes(other) ? [its] : []));
  });

/**
 * What alike tasks do, each of them: a search that takes one state for all that differ in names only sees some of them
 * do what others would. A step that touches something of another member of a group may touch that of any other.
 */
export const closedUnder = (behaviour: Behaviour, symmetry: Interchangeable | undefined): Behaviour => {
  if (symmetry === undefined || symmetry.groups.length === 0) return behaviour;
  const { fields, tasks } = behaviour;
  const { groups } = symmetry;
  const spots = fields.map((field) => spotIn(symmetry, field));
  const numberOf = new Map(fields.map((field, number) => [field, number]));
  /** What field `number`, touched by a task of `from`, may be when a task of `to` does the same; null: not known yet. */
  const mayBe = (number: number, group: number | null, from: number, to: number): readonly (number | null)[] => {
    const spot = spots[number] ?? null;
    if (spot === null) return [number];
    const members = groups[spot.group]?.members ?? [];
    const is = (member: number): boolean => {
      if (spot.group !== group) return true;
      return spot.member === from ? member === to : member !== to;
    };
    return members.flatMap(({ fields: own }, member) => {
      const field = own[spot.index];
      return is(member) && field !== undefined ? [numberOf.get(field) ?? null] : [];
    });
  };
  const known = (numbers: readonly (number | null)[]): readonly number[] => numbers.filter((number) => number !== null);
  /** A lock that may be any of several is known to be none of them. */
  const sure = (numbers: readonly (number | null)[]): readonly number[] => (numbers.length === 1 ? known(numbers) : []);

  /** What `touched` by a task of `from` is, when a task of `to` does the same; both null for a task of no group. */
  const renamed = (touched: ReadonlySet<number>, group: number | null, from: number, to: number): ReadonlySet<number> =>
    new Set([...touched].flatMap((number) => known(mayBe(number, group, from, to))));
  const asDoneBy =
    (group: number | null, from: number, to: number) =>
    (step: Footprint): Footprint => ({
      reads: renamed(step.reads, group, from, to),
      writes: renamed(step.writes, group, from, to),
      takes: new Set([...step.takes].flatMap((lock) => sure(mayBe(lock, group, from, to)))),
      drops: renamed(step.drops, group, from, to),
      next: step.next,
    });

  const together = (
    sources: readonly { readonly task: TaskBehaviour; readonly as: (step: Footprint) => Footprint }[],
  ) => {
    const steps = new Map<number, Footprint[]>();
    for (const { task, as } of sources) {
      for (const [place, own] of task.steps) steps.set(place, [...(steps.get(place) ?? []), ...own.map(as)]);
    }
    return new Map([...steps].map(([place, own]) => [place, unique(own)]));
  };
  const closed = tasks.map((task, number): TaskBehaviour => {
    for (const [group, { members }] of groups.entries()) {
      const member = members.findIndex((own) => own.tasks.includes(number));
      if (member < 0) continue;
      const role = members[member]?.tasks.indexOf(number) ?? 0;
      const sources = members.flatMap((own, from) => {
        const source = tasks[own.tasks[role] as number];
        return source === undefined ? [] : [{ task: source, as: asDoneBy(group, from, member) }];
      });
      return { ...task, steps: together(sources) };
    }
    return { ...task, steps: together([{ task, as: asDoneBy(null, -1, -1) }]) };
  });
  return { ...behaviour, tasks: closed };
};

/** How a footprint is told from others. */
export const keyOf = ({ reads, writes, takes, drops, next }: Footprint): string =>
  [reads, writes, takes, drops].map((numbers) => [...numbers].sort((left, right) => left - right).join()).join('|') +
  `>${next}`;

const unique = (steps: readonly Footprint[]): readonly Footprint[] => [
  ...new Map(steps.map((step) => [keyOf(step), step])).values(),
];
