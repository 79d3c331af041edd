import type { Interchangeable } from '@custody/explore';
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

/** The tasks of a scenario that may change places: by group and member, each member's in the same order. */
export const alikeTasks = (symmetry: Interchangeable | undefined): readonly (readonly (readonly number[])[])[] =>
  (symmetry?.groups ?? [])
    .map(({ members }) => members.map(({ tasks }) => tasks))
    .filter((members) => members.some(({ length }) => length > 0));

/** `outcome` when each task stands for another: `real` says for which, by number; owners named after tasks go along. */
const renamed = ({ results, final, ...rest }: Outcome, real: ReadonlyMap<number, number>): Outcome => {
  const names = new Map([...real].map(([task, other]) => [taskNamed(task) as string, taskNamed(other) as string]));
  const owner =
    final.owner?.replace(/^user:(T\d+)$/, (_whole, task: string) => `user:${names.get(task) ?? task}`) ?? null;
  const now = Object.entries(results).map(([task, codes]) => [names.get(task) ?? task, codes] as const);
  const order = Object.keys(results);
  now.sort(([left], [right]) => order.indexOf(left) - order.indexOf(right));
  return { results: Object.fromEntries(now), final: { ...final, owner }, ...rest };
};

/**
 * Every way to end, each once and in order, for those that a search found where tasks that are alike stand for each
 * other; one of each kind where there would be too many.
 */
export const everyOutcome = (found: readonly Outcome[], symmetry: Interchangeable | undefined): readonly Outcome[] => {
  const groups = alikeTasks(symmetry);
  const ways = groups.reduce((product, members) => product * factorial(members.length), 1);
  const isTooMany = found.length * ways > mostTold;
  const renamings = (isTooMany ? [] : groups).reduce<readonly ReadonlyMap<number, number>[]>(
    (before, members) =>
      ordersOf(members).flatMap((order) => {
        const own = members.flatMap((tasks, place) =>
          tasks.map((task, role) => [task, order[place]?.[role] ?? task] as const),
        );
        return before.map((others) => new Map([...others, ...own]));
      }),
    [new Map()],
  );
  const all = found.flatMap((outcome) => renamings.map((real) => renamed(outcome, real)));
  const byText = new Map(all.map((outcome) => [JSON.stringify(outcome), outcome]));
  return [...byText.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, outcome]) => outcome);
};
