import type { Field } from '@custody/explore';
import type { Branch, Reduced } from './reduced.ts';

/** How a field and its values are called. */
export interface Words {
  readonly nameOf: (field: Field) => string;
  readonly valueOf: (field: Field, value: number) => string;
}

/** An expression, and what binds it together. */
interface Expression {
  readonly text: string;
  readonly by: '&&' | '||' | 'nothing';
}

const inside = ({ text, by }: Expression, within: Expression['by']): string =>
  by === 'nothing' || within === 'nothing' || by === within ? text : `(${text})`;

const joined = (by: '&&' | '||', parts: readonly Expression[]): Expression => {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return { by, text: parts.map((part) => inside(part, by)).join(` ${by} `) };
};

/** A field that says yes or no, and needs no name for either. */
const isFlag = (field: Field, words: Words): boolean => field.mask === 1 && words.valueOf(field, 1) === '1';

const is = (field: Field, value: number, words: Words): string => {
  const name = words.nameOf(field);
  if (isFlag(field, words)) return value === 0 ? `!${name}` : name;
  return `${name} == ${words.valueOf(field, value)}`;
};

export const isNot = (field: Field, value: number, words: Words): string =>
  isFlag(field, words) ? is(field, 1 - value, words) : `${words.nameOf(field)} != ${words.valueOf(field, value)}`;

/** That the field has one of `values`, where it has one of those or of `others`: in as few words as that takes. */
const test = (field: Field, values: readonly number[], others: readonly number[], words: Words): Expression => {
  const parts = (by: '&&' | '||', of: readonly number[], one: typeof is): Expression =>
    joined(
      by,
      of.map((value) => ({ text: one(field, value, words), by: 'nothing' })),
    );
  return values.length <= others.length ? parts('||', values, is) : parts('&&', others, isNot);
};

const isAnswer = (tree: Reduced<boolean>, answer: boolean): boolean => 'answer' in tree && tree.answer === answer;

const conditionOf = (tree: Reduced<boolean>, words: Words): Expression => {
  if ('answer' in tree) return { text: String(tree.answer), by: 'nothing' };
  const { field, branches } = tree;
  const isThere = ({ values }: Branch<boolean>): Expression => {
    const others = branches.filter((branch) => branch.values !== values).flatMap((branch) => branch.values);
    return test(field, values, others, words);
  };
  const sure = branches.find(({ then }) => isAnswer(then, true));
  const open = branches.filter((branch) => branch !== sure && !isAnswer(branch.then, false));
  // Where the only other branch is sure, it need not be said that this is not that one.
  const parts = open.map((branch) =>
    sure !== undefined && branches.length === 2
      ? conditionOf(branch.then, words)
      : joined('&&', [isThere(branch), conditionOf(branch.then, words)]),
  );
  return joined('||', [...(sure === undefined ? [] : [isThere(sure)]), ...parts]);
};

/** When the tree says true, as an expression of Promela that is joined to others by `within`: as long as the tree is large. */
export const operand = (tree: Reduced<boolean>, words: Words, within: Expression['by']): string =>
  inside(conditionOf(tree, words), within);
