import { findScenario, findVariant, type KnobDifference, scenarios, twistOf, variants } from '@custody/workbench';
import { commandLine } from '../command-line.ts';
import { variantsOf } from '../compare/variants-screen.ts';
import { cutRow, type Row, span } from '../row.ts';
import { topFor } from '../scroll.ts';
import type { Effect, KeyBinding, Screen, Standing, Step } from '../shell/screen.ts';
import { stand } from '../shell/screen.ts';
import { fit, wrapped } from '../text.ts';
import type { Size } from '../view.ts';
import { type Asked, askedText, optionsOf, resized } from './asked.ts';
import { casesOf } from './cases-screen.ts';
import { type Choosing, choosing, chosenFurther, chosenIn, type List, listed, narrowed, sought } from './choice.ts';
import { verdictsOf } from './verdicts-screen.ts';

type News =
  | { readonly type: 'sought'; readonly words: string }
  | { readonly type: 'typing'; readonly words: string }
  | { readonly type: 'against'; readonly variant: string; readonly everywhere: boolean };

const headRows = 1;
/** What the two that are chosen are, below the lists. */
const aboutRows = 6;
const variantWidth = 26;
/** A narrower list of scenarios has no titles; they are below it. */
const roomForTitles = 80;

const listHeight = ({ rows }: Size): number => Math.max(1, rows - headRows - aboutRows);

const listRows = (state: Choosing, list: List, width: number, height: number): readonly Row[] => {
  const items = listed(state, list);
  const chosen = chosenIn(state, list);
  const top = topFor(
    Math.max(
      0,
      items.findIndex(({ id }) => id === chosen),
    ),
    items.length,
    height,
  );
  const isHere = list === state.list;
  return Array.from({ length: height }, (_, row) => {
    const item = items[top + row];
    if (item === undefined) return [span(fit(row === 0 ? '  nothing has these words' : '', width), 'dim')];
    const isChosen = item.id === chosen;
    const text = list === 'variants' || width < roomForTitles ? item.id : `${item.id.padEnd(32)} ${item.title}`;
    return [
      span(isChosen ? (isHere ? '> ' : '- ') : '  ', 'strong'),
      span(fit(text, width - 2), isChosen ? (isHere ? 'inverse' : 'strong') : 'normal'),
    ];
  });
};

const headOf = (state: Choosing, list: List): string => {
  const words = state.sought[list];
  return words === '' ? list : `${list} with "${words}"`;
};

const headRow = (state: Choosing, width: number): Row =>
  (['variants', 'scenarios'] as const).map((list) =>
    span(
      fit(`  ${headOf(state, list)}`, list === 'variants' ? variantWidth : width - variantWidth),
      list === state.list ? 'strong' : 'dim',
    ),
  );

const twistText = (twist: readonly KnobDifference[]): readonly string[] =>
  twist.length === 0
    ? []
    : [`this scenario changes the variant: ${twist.map(({ knob, from, to }) => `${knob} ${from} → ${to}`).join(', ')}`];

/** What is chosen, in words. */
const aboutText = ({ asked }: Choosing): readonly string[] => {
  const [variant, scenario] = [findVariant(asked.variant), findScenario(asked.scenario)];
  return [
    `${variant.id}: ${variant.title} (${variant.source})`,
    `${scenario.id}: ${scenario.title} [${scenario.tags.join(', ')}]`,
    ...twistText(twistOf(variant, scenario)),
  ];
};

const aboutRowsOf = (state: Choosing, width: number): readonly Row[] => {
  const lines = aboutText(state).flatMap((text) => wrapped(text, width));
  return [[span('─'.repeat(width), 'dim')], ...lines.map((line): Row => [span(line)])].slice(0, aboutRows);
};

const body = (state: Choosing, size: Size): readonly Row[] => {
  const { columns: width } = size;
  const height = listHeight(size);
  const left = listRows(state, 'variants', variantWidth, height);
  const right = listRows(state, 'scenarios', width - variantWidth, height);
  const both = left.map((row, index) => [...row, ...(right[index] ?? [])]);
  return [headRow(state, width), ...both, ...aboutRowsOf(state, width)].map((row) => cutRow(row, width));
};

const move = (state: Choosing, lines: number): Step<Choosing, News> => ({ state: chosenFurther(state, lines) });

const toList = (state: Choosing, list: List): Step<Choosing, News> => ({ state: { ...state, list } });

const withSize = (state: Choosing, dimension: 'devices' | 'claimers', step: 1 | -1): Step<Choosing, News> => {
  const asked = resized(state.asked, dimension, step);
  return typeof asked === 'string' ? { state, says: asked } : { state: { ...state, asked }, says: askedText(asked) };
};

const lateStores = (state: Choosing): Step<Choosing, News> => {
  const { stores, ...others } = state.asked;
  const asked: Asked = stores === 'late' ? others : { ...others, stores: 'late' };
  return {
    state: { ...state, asked },
    says: stores === 'late' ? 'Stores are visible at once' : 'Stores to dev->driver may be late',
  };
};

const opening = (state: Choosing, screen: Standing): Step<Choosing, News> => ({
  state,
  effects: [{ type: 'open', screen }],
});

/** Asks for the variant to compare with. */
const against = (state: Choosing, everywhere: boolean): Step<Choosing, News> => {
  const ask: Effect<News> = {
    type: 'ask',
    label: `compare ${state.asked.variant} with: `,
    entered: (variant) => ({ type: 'against', variant: variant.trim(), everywhere }),
    choices: (text) =>
      variants
        .filter(({ id }) => id.includes(text) && id !== state.asked.variant)
        .map(({ id, title }) => ({ text: id, does: `${id}: ${title}` })),
  };
  return { state, effects: [ask] };
};

const seeking: Effect<News> = {
  type: 'ask',
  label: '/',
  entered: (words) => ({ type: 'sought', words }),
  typing: (words) => ({ type: 'typing', words }),
};

const otherList = ({ list }: Choosing): List => (list === 'variants' ? 'scenarios' : 'variants');

const keys: readonly KeyBinding<Choosing, News>[] = [
  {
    id: 'down',
    keys: ['j', 'down'],
    does: 'the next line',
    hint: 'down',
    press: (state, { count }) => move(state, count ?? 1),
  },
  { id: 'up', keys: ['k', 'up'], does: 'the line before', press: (state, { count }) => move(state, -(count ?? 1)) },
  {
    id: 'page-down',
    keys: [' ', 'pagedown'],
    does: 'a page down',
    press: (state, { size }) => move(state, listHeight(size)),
  },
  {
    id: 'page-up',
    keys: ['b', 'pageup'],
    does: 'a page up',
    press: (state, { size }) => move(state, -listHeight(size)),
  },
  {
    id: 'start',
    keys: ['g', 'home'],
    does: 'the first line',
    press: (state) => move(state, -scenarios.length - variants.length),
  },
  {
    id: 'end',
    keys: ['G', 'end'],
    does: 'the last line',
    press: (state) => move(state, scenarios.length + variants.length),
  },
  { id: 'variants', keys: ['h', 'left'], does: 'to the variants', press: (state) => toList(state, 'variants') },
  { id: 'scenarios', keys: ['l', 'right'], does: 'to the scenarios', press: (state) => toList(state, 'scenarios') },
  {
    id: 'other',
    keys: ['tab'],
    does: 'to the other list',
    hint: 'other list',
    press: (state) => toList(state, otherList(state)),
  },
  {
    id: 'search',
    keys: ['/'],
    does: 'only what has these words in it',
    hint: 'search',
    press: (state) => ({ state, effects: [seeking] }),
  },
  {
    id: 'explore',
    keys: ['enter'],
    does: 'try every interleaving',
    hint: 'explore',
    press: (state) => opening(state, verdictsOf(state.asked)),
  },
  {
    id: 'cases',
    keys: ['c'],
    does: 'the ten cases under this variant, over all scenarios',
    hint: 'cases',
    press: (state) => opening(state, casesOf(state.asked)),
  },
  {
    id: 'compare',
    keys: ['d'],
    does: 'compare the variant with another, in this scenario',
    hint: 'compare',
    press: (state) => against(state, false),
  },
  {
    id: 'compare-everywhere',
    keys: ['D'],
    does: 'compare the variant with another, in all scenarios',
    press: (state) => against(state, true),
  },
  { id: 'more-devices', keys: ['+'], does: 'one device more', press: (state) => withSize(state, 'devices', 1) },
  { id: 'fewer-devices', keys: ['-'], does: 'one device fewer', press: (state) => withSize(state, 'devices', -1) },
  { id: 'more-claimers', keys: [')'], does: 'one claimer more', press: (state) => withSize(state, 'claimers', 1) },
  { id: 'fewer-claimers', keys: ['('], does: 'one claimer fewer', press: (state) => withSize(state, 'claimers', -1) },
  { id: 'late', keys: ['s'], does: 'whether stores to dev->driver may be late', press: lateStores },
];

const act = (state: Choosing, news: News): Step<Choosing, News> => {
  if (news.type === 'sought') return { state: sought(state, news.words) };
  if (news.type === 'typing') return { state: narrowed(state, news.words) };
  const { variant: right, everywhere } = news;
  if (!variants.some(({ id }) => id === right))
    return { state, says: `Cannot compare with "${right}" as there is no such variant` };
  const { variant: left, scenario } = state.asked;
  return opening(state, variantsOf({ left, right, scenario: everywhere ? null : scenario }));
};

const click = (
  state: Choosing,
  { column, row }: { readonly column: number; readonly row: number },
  size: Size,
): Step<Choosing, News> => {
  const list: List = column < variantWidth ? 'variants' : 'scenarios';
  const height = listHeight(size);
  const items = listed(state, list);
  const now = Math.max(
    0,
    items.findIndex(({ id }) => id === chosenIn(state, list)),
  );
  const line = row - headRows;
  const item = line < 0 || line >= height ? undefined : items[topFor(now, items.length, height) + line];
  return { state: item === undefined ? { ...state, list } : choosing({ ...state, list }, list, item.id) };
};

export const exploreScreen: Screen<Choosing, News> = {
  name: 'explore',
  keys,
  signs: [
    ['>', 'chosen, in the list that the keys move in'],
    ['-', 'chosen, in the other list'],
  ],
  title: () => ({
    left: 'explore every interleaving',
    right: `${variants.length} variants, ${scenarios.length} scenarios`,
  }),
  place: ({ asked }) => askedText(asked),
  command: ({ asked }) => commandLine('explore', asked.variant, asked.scenario, ...optionsOf(asked)),
  body,
  spoken: (state) => {
    const { list } = state;
    const items = listed(state, list);
    const number = items.findIndex(({ id }) => id === chosenIn(state, list)) + 1;
    return [`${list.slice(0, -1)} ${chosenIn(state, list)}, ${number} of ${items.length}`, ...aboutText(state)];
  },
  act,
  click,
  wheel: move,
};

/** Where a variant and a scenario are picked. Default: the mail's scheme, and the first scenario. */
export const explorationOf = (asked: Partial<Asked> = {}): Standing => {
  const { variant = 'robin-mail', scenario = scenarios[0]?.id ?? '', ...size } = asked;
  const state: Choosing = {
    asked: { variant, scenario, ...size },
    list: 'variants',
    sought: { variants: '', scenarios: '' },
  };
  return stand(exploreScreen, state);
};
