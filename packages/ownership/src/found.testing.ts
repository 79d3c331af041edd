import type { Stores } from './machine.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import type { Variant } from './variant.ts';
import { variants } from './variants/index.ts';

const found = <Item extends { readonly id: string }>(items: readonly Item[], id: string): Item => {
  const item = items.find((candidate) => candidate.id === id);
  if (item === undefined)
    throw new RangeError(`Cannot find "${id}" among ${items.map((known) => known.id).join(', ')}`);
  return item;
};

export const variant = (id: string): Variant => found(variants, id);
export const scenario = (id: string): Scenario => found(scenarios, id);

export const bothStores: readonly Stores[] = ['sc', 'late'];
/** For `it.each`: a name, and what it names. */
export const eachVariant = variants.map((each) => [each.id, each] as const);
export const eachScenario = scenarios.map((each) => [each.id, each] as const);

const { process } = globalThis as { readonly process?: { readonly env: Readonly<Record<string, string | undefined>> } };
/** `REDUCTIONS=all npx vitest` looks at all stores and sizes, and makes more runs than there is time for every time. */
export const isThorough = process?.env['REDUCTIONS'] === 'all';
