import type { Field, Interchangeable } from '@custody/explore';
import type { Outcome } from './model-of.ts';
import { taskNamed } from './names.ts';

/** Beyond this many, what is alike up to names is told once. */
const mostTold = 5000;

/** Every order of the items. */
const ordersOf = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));

const factorial = (count: number): number => (count < 2 ? 1 : count * factorial(count - 1));

/** What an outcome names of one of those that are alike, each of them in the same order. */
export interface Alike {
  readonly tasks: readonly number[];
  /** What the group's owner is called when it is one of its own: a user, or a driver. */
  readonly owners: readonly string[];
}

/** By group and member; a group of which no outcome says anything is left out. */
export const alikeIn = (
  { groups, references }: Interchangeable,
  owner: Field,
  ownerNamed: (code: number) => string | null,
): readonly (readonly Alike[])[] => {
  const names = references.find(({ field }) => field === owner)?.names ?? [];
  return groups
    .map(({ members }, group) =>
      members.map(({ tasks }, member): Alike => {
        const own = names.flatMap((name, code) =>
          name?.group === group && name.member === member ? [{ role: name.role, called: ownerNamed(code) ?? '' }] : [],
        );
        return { tasks, owners: own.sort((left, right) => left.role - right.role).map(({ called }) => called) };
      }),
    )
    .filter((members) => members.some(({ tasks, owners }) => tasks.length + owners.length > 0));
};

/** Which task, and which owner, each stands for. */
interface Renaming {
  readonly tasks: ReadonlyMap<string, string>;
  readonly owners: ReadonlyMap<string, string>;
}

const renamed = ({ results, final, ...rest }: Outcome, { tasks, owners }: Renaming): Outcome => {
  const owner = final.owner === null ? null : (owners.get(final.owner) ?? final.owner);
  const now = Object.entries(results).map(([task, codes]) => [tasks.get(task) ?? task, codes] as const);
  const order = Object.keys(results);
  now.sort(([left], [right]) => order.indexOf(left) - order.indexOf(right));
  return { results: Object.fromEntries(now), final: { ...final, owner }, ...rest };
};

/**
 * Every way to end, each once and in order, for those that a search found where tasks that are alike stand for each
 * other; one of each kind where there would be too many.
 */
export const everyOutcome = (found: readonly Outcome[], groups: readonly (readonly Alike[])[]): readonly Outcome[] => {
  const ways = groups.reduce((product, members) => product * factorial(members.length), 1);
  const isTooMany = found.length * ways > mostTold;
  const renamings = (isTooMany ? [] : groups).reduce<readonly Renaming[]>(
    (before, members) =>
      ordersOf(members).flatMap((order) => {
        const pairs = <Name>(namesOf: (alike: Alike) => readonly Name[]): readonly (readonly [Name, Name])[] =>
          members.flatMap((alike, place) =>
            namesOf(alike).map((name, role) => [name, namesOf(order[place] ?? alike)[role] ?? name] as const),
          );
        const tasks = pairs((alike) => alike.tasks.map((task): string => taskNamed(task)));
        const owners = pairs((alike) => alike.owners);
        return before.map((others) => ({
          tasks: new Map([...others.tasks, ...tasks]),
          owners: new Map([...others.owners, ...owners]),
        }));
      }),
    [{ tasks: new Map(), owners: new Map() }],
  );
  const all = found.flatMap((outcome) => renamings.map((renaming) => renamed(outcome, renaming)));
  const byText = new Map(all.map((outcome) => [JSON.stringify(outcome), outcome]));
  return [...byText.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, outcome]) => outcome);
};
