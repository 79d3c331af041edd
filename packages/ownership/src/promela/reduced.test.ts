import type { Decision, Field } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { operand } from './condition.ts';
import { reduced, restricted } from './reduced.ts';

const owner: Field = { word: 0, shift: 0, mask: 3 };
const busy: Field = { word: 0, shift: 2, mask: 1 };
const words = {
  nameOf: (field: Field) => (field === owner ? 'owner' : 'busy'),
  valueOf: (_: Field, value: number) => String(value),
};
const say = (answer: boolean): Decision<boolean> => ({ answer });
const ask = (field: Field, ...kids: (Decision<boolean> | null)[]): Decision<boolean> => ({ field, kids });
const when = (tree: Decision<boolean>): string => {
  const known = reduced(tree, (answer) => answer);
  return known === null ? 'never asked' : operand(known, words, 'nothing');
};

describe('a decision tree as an expression', () => {
  it('asks nothing where every answer that is known is the same', () => {
    expect(when(ask(owner, say(true), null, ask(busy, say(true), say(true)), null))).toBe('true');
  });

  it('says of values that lead to the same what is shorter: which they are, or which they are not', () => {
    expect(when(ask(owner, say(true), say(false), say(false), null))).toBe('owner == 0');
    expect(when(ask(owner, say(true), say(true), say(false), null))).toBe('owner != 2');
  });

  it('names a flag, or denies it', () => {
    expect(when(ask(busy, say(false), say(true)))).toBe('busy');
    expect(when(ask(busy, say(true), say(false)))).toBe('!busy');
  });

  it('does not say again what an alternative rules out', () => {
    expect(when(ask(busy, ask(owner, say(true), say(false), null, null), say(true)))).toBe('busy || owner == 0');
  });

  it('puts what belongs together between parentheses', () => {
    const inner = ask(busy, say(false), say(true));
    const tree = ask(owner, inner, ask(busy, say(true), say(false)), say(true), null);
    expect(when(tree)).toBe('owner == 2 || (owner == 0 && busy) || (owner == 1 && !busy)');
  });

  it('takes a value for known where it is', () => {
    const tree = ask(busy, ask(owner, say(true), say(false), null, null), null);
    expect(restricted(tree, owner, 1)).toEqual(ask(busy, say(false), null));
    expect(restricted(tree, owner, 3)).toEqual(ask(busy, null, null));
    expect(reduced(restricted(tree, owner, 3), (answer) => answer)).toBeNull();
  });
});
