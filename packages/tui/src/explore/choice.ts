import { scenarios, variants } from '@custody/workbench';
import type { Asked } from './asked.ts';

export type List = 'variants' | 'scenarios';

/** Which variant and which scenario are to be explored, and which of the two lists the keys move in. */
export interface Choosing {
  readonly asked: Asked;
  readonly list: List;
  /** Words that what is listed must have in it. */
  readonly sought: Readonly<Record<List, string>>;
}

export interface Named {
  readonly id: string;
  readonly title: string;
}

const everything: Readonly<Record<List, readonly (Named & { readonly words: string })[]>> = {
  variants: variants.map(({ id, title, source }) => ({ id, title, words: `${id} ${title} ${source}`.toLowerCase() })),
  scenarios: scenarios.map(({ id, title, tags }) => ({
    id,
    title,
    words: `${id} ${title} ${tags.join(' ')}`.toLowerCase(),
  })),
};

/** What is listed: all that has every word in it. */
export const listed = ({ sought }: Pick<Choosing, 'sought'>, list: List): readonly Named[] => {
  const words = sought[list].toLowerCase().split(/\s+/);
  return everything[list].filter((item) => words.every((word) => item.words.includes(word)));
};

export const chosenIn = ({ asked }: Choosing, list: List): string =>
  list === 'variants' ? asked.variant : asked.scenario;

/** With another one chosen; another scenario has its own sizes. */
export const choosing = (state: Choosing, list: List, id: string): Choosing => {
  if (list === 'variants') return { ...state, asked: { ...state.asked, variant: id } };
  const { variant, stores } = state.asked;
  return { ...state, asked: { variant, scenario: id, ...(stores !== undefined && { stores }) } };
};

/** The choice some lines further down, or up when negative, in the list that the keys move in. */
export const chosenFurther = (state: Choosing, lines: number): Choosing => {
  const items = listed(state, state.list);
  const now = items.findIndex(({ id }) => id === chosenIn(state, state.list));
  const next = items[Math.max(0, Math.min(items.length - 1, now + lines))];
  return next === undefined ? state : choosing(state, state.list, next.id);
};

/** With only what has these words in it listed, while they are typed: what is chosen stays. */
export const narrowed = (state: Choosing, words: string): Choosing => ({
  ...state,
  sought: { ...state.sought, [state.list]: words },
});

/** As `narrowed`, once the words are there: a choice that is not listed any more becomes the first that is. */
export const sought = (state: Choosing, words: string): Choosing => {
  const next = narrowed(state, words);
  const items = listed(next, state.list);
  const isStill = items.some(({ id }) => id === chosenIn(state, state.list));
  const [first] = items;
  return isStill || first === undefined ? next : choosing(next, state.list, first.id);
};
