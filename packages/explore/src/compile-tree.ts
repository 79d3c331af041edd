import type { Field } from './layout.ts';

/** A decision: what it asks and where each value leads, the number of an answer, or null where nobody has been yet. */
export type Branch = Fork | number | null;

interface Fork {
  readonly field: Field;
  readonly kids: () => readonly Branch[];
  /** How many answers there are beyond it. */
  readonly answers: () => number;
}

export interface TreeCode {
  /** Of the function; the first two are the states and where the one at hand begins. */
  readonly parameters: readonly string[];
  /** What is done for an answer; must return. */
  readonly leaf: (answer: number) => string;
  /** What is done where the tree does not know; must return. */
  readonly miss: string;
}

/**
 * How much code one branch may have, and all of it: V8 does not optimise a function of more than 60 KB of bytecode, and
 * what is rare is not worth its place.
 */
const mostOfBranch = 3_000;
const mostOfAll = 40_000;
/** Told apart from each other, so many answers would take more than a branch may have. */
const mostAnswers = mostOfBranch / 10;

const askOf = ({ word, shift, mask }: Field): string => `w${word} >>> ${shift} & ${mask}`;

/**
 * The tree as a JavaScript function: each question a test of some bits with constants, with no table to look into.
 * Where a branch is too large to be worth it, or not known, the code is that of a miss.
 */
export const compileTree = <Code>(tree: Branch, { parameters, leaf, miss }: TreeCode): Code => {
  const [states = 'states', from = 'from'] = parameters;

  const codeOf = (branch: Branch): string => {
    if (branch === null) return miss;
    if (typeof branch === 'number') return leaf(branch);
    if (branch.answers() > mostAnswers) return miss;
    const cases = new Map<string, number[]>();
    for (const [value, kid] of branch.kids().entries()) {
      if (kid === null) continue;
      const code = codeOf(kid);
      if (code === miss) continue;
      cases.set(code, [...(cases.get(code) ?? []), value]);
    }
    const told = [...cases].reduce((size, [code]) => size + code.length, 0);
    if (told > mostOfBranch) return miss;
    return switchOf(branch.field, cases);
  };
  const switchOf = (field: Field, cases: ReadonlyMap<string, readonly number[]>): string => {
    const arms = [...cases].map(([code, values]) => `${values.map((value) => `case ${value}:`).join(' ')} ${code}`);
    return `switch (${askOf(field)}) {\n${arms.join('\n')}\n}\n${miss}`;
  };

  /** The root may be larger than any other branch: it is where the task stands. */
  const bodyOf = (): string => {
    if (tree === null || typeof tree === 'number') return codeOf(tree);
    const cases = new Map<string, number[]>();
    let size = 0;
    for (const [value, kid] of tree.kids().entries()) {
      const code = kid === null ? miss : codeOf(kid);
      if (code === miss || size + code.length > mostOfAll) continue;
      size += code.length;
      cases.set(code, [...(cases.get(code) ?? []), value]);
    }
    return switchOf(tree.field, cases);
  };
  const body = bodyOf();
  const words = new Set([...body.matchAll(/\bw(\d+)\b/g)].map(([, word]) => Number(word)));
  const loads = [...words].map((word) => `const w${word} = ${states}[${from} + ${word}];`);
  return new Function(...parameters, `"use strict";\n${loads.join('\n')}\n${body}`) as Code;
};
