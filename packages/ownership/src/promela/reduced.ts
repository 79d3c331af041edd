import type { Decision, Field } from '@custody/explore';

/** What can be told apart by `===`. */
type Plain = boolean | string | number;

/** Some values of a field, and what follows from them; two branches of one question differ in what follows. */
export interface Branch<Answer> {
  readonly values: readonly number[];
  readonly then: Reduced<Answer>;
}

/** A decision tree that asks nothing whose answer does not matter. */
export type Reduced<Answer> =
  | { readonly field: Field; readonly branches: readonly Branch<Answer>[] }
  | { readonly answer: Answer };

/**
 * `decision`, with `nameOf` each answer in its place. Values that lead to the same are one branch, and a question of one
 * branch is not asked: where nobody has been, nobody comes, so anything may be said of it.
 *
 * @returns null when nothing is known.
 */
export const reduced = <Answer, Name extends Plain>(
  decision: Decision<Answer> | null,
  nameOf: (answer: Answer) => Name,
): Reduced<Name> | null => {
  /** One object for everything that says the same, so that sameness is `===`. */
  const made = new Map<string, Reduced<Name>>();
  const numbers = new Map<unknown, number>();
  const numberOf = (thing: unknown): number => {
    const number = numbers.get(thing) ?? numbers.size;
    numbers.set(thing, number);
    return number;
  };
  const once = (key: string, make: () => Reduced<Name>): Reduced<Name> => {
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  };

  const reduce = (at: Decision<Answer>): Reduced<Name> | null => {
    if ('answer' in at) {
      const answer = nameOf(at.answer);
      return once(`${typeof answer} ${answer}`, () => ({ answer }));
    }
    const valuesOf = new Map<Reduced<Name>, number[]>();
    for (const [value, kid] of at.kids.entries()) {
      const then = kid === null ? null : reduce(kid);
      if (then !== null) valuesOf.set(then, [...(valuesOf.get(then) ?? []), value]);
    }
    const branches = [...valuesOf].map(([then, values]): Branch<Name> => ({ values, then }));
    const [first] = branches;
    if (first === undefined || branches.length === 1) return first?.then ?? null;
    const key = branches.map(({ values, then }) => `${values}:${numberOf(then)}`).join(' ');
    return once(`${numberOf(at.field)} ${key}`, () => ({ field: at.field, branches }));
  };

  return decision === null ? null : reduce(decision);
};

/** What is known where `field` is `value`; null when nothing is. */
export const restricted = <Answer>(
  decision: Decision<Answer> | null,
  field: Field,
  value: number,
): Decision<Answer> | null => {
  if (decision === null || 'answer' in decision) return decision;
  if (decision.field === field) return decision.kids[value] ?? null;
  return { field: decision.field, kids: decision.kids.map((kid) => restricted(kid, field, value)) };
};

/** An answer, and what was found on the way to it. */
interface Leaf<Answer> {
  readonly answer: Answer;
  readonly found: ReadonlyMap<Field, number>;
}

/** Every answer of the tree, each as often as it is given. */
export const leavesOf = <Answer>(
  decision: Decision<Answer> | null,
  found: ReadonlyMap<Field, number> = new Map(),
): readonly Leaf<Answer>[] => {
  if (decision === null) return [];
  if ('answer' in decision) return [{ answer: decision.answer, found }];
  const { field, kids } = decision;
  return kids.flatMap((kid, value) => leavesOf(kid, new Map([...found, [field, value]])));
};

/** The fields that are asked after. */
export const fieldsIn = <Answer>(tree: Reduced<Answer> | null): ReadonlySet<Field> => {
  const fields = new Set<Field>();
  const look = (at: Reduced<Answer>): void => {
    if ('answer' in at) return;
    fields.add(at.field);
    for (const { then } of at.branches) look(then);
  };
  if (tree !== null) look(tree);
  return fields;
};
