import { itemKeys, itemMouse } from '../item-keys.ts';
import { choiceCount, chosenOf, type Item, itemRows, spokenItem } from '../item-list.ts';
import { cutRow, type Row, span } from '../row.ts';
import type { Outside } from '../shell/outside.ts';
import { type Effect, type KeyBinding, type Screen, type Standing, type Step, stand } from '../shell/screen.ts';
import type { Size } from '../view.ts';
import { drivenInSlices } from './searching.ts';

/** A search that takes its time, and how its answer is shown: a list in which whatever has a schedule can be chosen. */
interface Search<Asked, Told, Answer, Value> {
  /** Of the screen. */
  readonly name: string;
  readonly title: (asked: Asked) => string;
  readonly command: (asked: Asked) => string;
  /** What is done, in a word, while it goes on. @default exploring */
  readonly doing?: string;
  /** Says where it stands when it yields; it can be left there. */
  readonly begin: (asked: Asked, outside: Outside) => Generator<Told, Answer> | Promise<Generator<Told, Answer>>;
  readonly progress: (told: Told) => string;
  /** What was searched, and whether to the end. */
  readonly scope: (answer: Answer) => string;
  /** What came of it, in a few words. */
  readonly verdict: (answer: Answer) => string;
  readonly items: (asked: Asked, answer: Answer, width: number) => readonly Item<Value>[];
  /** What choosing an item does. */
  readonly choose: (asked: Asked, value: Value) => Effect<never>;
  readonly chooseDoes: string;
  readonly chooseHint: string;
  /** Keys that open other screens about the same. */
  readonly openings: readonly (Pick<KeyBinding<never, never>, 'id' | 'keys' | 'does' | 'hint'> & {
    readonly open: (asked: Asked) => Standing;
  })[];
}

interface Searching<Asked, Told, Answer> {
  readonly asked: Asked;
  /** Null before the first word of the search. */
  readonly told: Told | null;
  readonly answer: Answer | null;
  readonly chosen: number;
}

type News<Told, Answer> =
  | { readonly type: 'told'; readonly told: Told }
  | { readonly type: 'answer'; readonly answer: Answer };

/** The head, and a free row below it. */
const headRows = 2;

/** As wide as nobody's terminal is: for whoever listens, no line is broken. */
const unbroken: Size = { columns: 2000, rows: 1 };

/** A screen for a search: asked, it begins as soon as it stands, unless the answer is there. */
export const searchScreen = <Asked, Told, Answer, Value>(
  search: Search<Asked, Told, Answer, Value>,
): ((asked: Asked, answer?: Answer) => Standing) => {
  const { doing = 'exploring' } = search;
  type State = Searching<Asked, Told, Answer>;
  type Heard = News<Told, Answer>;

  const begin = (asked: Asked): Effect<Heard> => ({
    type: 'work',
    name: `search: ${search.title(asked)}`,
    run: async (outside, tell, signal) => {
      const told = (now: Told): void => tell({ type: 'told', told: now });
      const answer = await drivenInSlices(await search.begin(asked, outside), outside, told, signal);
      if (answer !== null) tell({ type: 'answer', answer });
    },
  });

  const itemsOf = ({ asked, answer }: State, { columns }: Size): readonly Item<Value>[] =>
    answer === null ? [] : search.items(asked, answer, columns - 2);

  const head = ({ told, answer }: State): string => {
    if (answer !== null) return search.scope(answer);
    return told === null ? `${doing} …` : `${doing} … ${search.progress(told)}`;
  };

  const verdict = ({ answer }: State): string => (answer === null ? doing : search.verdict(answer));

  const place = (state: State): string => {
    const all = choiceCount(itemsOf(state, unbroken));
    return all === 0 ? head(state) : `${state.chosen + 1}/${all}`;
  };

  const choose = (state: State, size: Size): Step<State, Heard> => {
    const value = chosenOf(itemsOf(state, size), state.chosen);
    if (value !== null) return { state, effects: [search.choose(state.asked, value)] };
    return { state, says: state.answer === null ? 'The search goes on' : 'Nothing here has a schedule' };
  };

  const keys: readonly KeyBinding<State, Heard>[] = [
    ...itemKeys<State, Heard>(itemsOf),
    {
      id: 'choose',
      keys: ['enter'],
      does: search.chooseDoes,
      hint: search.chooseHint,
      works: ({ answer }) => answer !== null,
      press: (state, { size }) => choose(state, size),
    },
    ...search.openings.map(
      ({ open, ...binding }): KeyBinding<State, Heard> => ({
        ...binding,
        press: (state) => ({ state, effects: [{ type: 'open', screen: open(state.asked) }] }),
      }),
    ),
  ];

  const screen: Screen<State, Heard> = {
    name: search.name,
    keys,
    title: (state) => ({ left: search.title(state.asked), right: verdict(state) }),
    place,
    command: ({ asked }) => search.command(asked),
    body: (state, size): readonly Row[] => [
      cutRow([span(head(state), 'strong')], size.columns),
      [],
      ...itemRows(itemsOf(state, size), state.chosen, { ...size, rows: size.rows - headRows }),
    ],
    spoken: (state) => [
      ...spokenItem(itemsOf(state, unbroken), state.chosen),
      state.answer === null ? head(state) : verdict(state),
    ],
    act: (state, news) => ({
      state: news.type === 'told' ? { ...state, told: news.told } : { ...state, answer: news.answer, chosen: 0 },
    }),
    needs: ({ asked, told, answer }) => (told === null && answer === null ? [begin(asked)] : []),
    ...itemMouse<State, Heard>(itemsOf, (_, { rows }) => ({ first: headRows, height: rows - headRows })),
  };
  return (asked, answer) => stand(screen, { asked, told: null, answer: answer ?? null, chosen: 0 });
};
