import type { CatalogueEntry } from '@custody/workbench';
import { pickToCompare } from '../compare/pick-screen.ts';
import { itemKeys, itemMouse } from '../item-keys.ts';
import { chosenOf, type Item, itemRows, spokenItem } from '../item-list.ts';
import { openNotes } from '../notes/notes-screen.ts';
import { replayOfReference } from '../replay/open-run.ts';
import { type Row, type Span, span } from '../row.ts';
import { sourceText } from '../run-source.ts';
import { type Effect, type KeyBinding, type Screen, type Standing, type Step, stand } from '../shell/screen.ts';
import { fit, widthOf } from '../text.ts';
import type { Size } from '../view.ts';

/** The catalogue, of which one run is chosen. */
interface Runs {
  /** Newest first; null until it was read. */
  readonly entries: readonly CatalogueEntry[] | null;
  /** Only runs with these words in what is shown of them. */
  readonly sought: string;
  readonly chosen: number;
}

type RunsNews =
  | { readonly type: 'entries'; readonly entries: readonly CatalogueEntry[] }
  | { readonly type: 'sought'; readonly words: string }
  | { readonly type: 'import'; readonly path: string }
  | { readonly type: 'imported'; readonly says: string };

type RunsStep = Step<Runs, RunsNews>;

/** How much of a run there is, as a sign and in words. */
const completeness = ({ end }: CatalogueEntry): Span => {
  if (end === undefined) return span('… not closed', 'warn');
  return end.complete ? span('complete', 'good') : span('! broke off', 'bad');
};

const findingsText = ({ end }: CatalogueEntry): string => {
  const count = end?.findings.length ?? 0;
  return count === 0 ? '' : `${count} finding${count === 1 ? '' : 's'}`;
};

const eventsText = ({ end }: CatalogueEntry): string => (end === undefined ? '?' : end.events.toLocaleString('en'));

const wordsOf = (entry: CatalogueEntry): string =>
  [entry.header.title, entry.header.run, sourceText(entry.header.source), completeness(entry).text]
    .join(' ')
    .toLowerCase();

const found = ({ entries, sought }: Runs): readonly CatalogueEntry[] => {
  const words = sought.toLowerCase().split(/\s+/);
  return (entries ?? []).filter((entry) => words.every((word) => wordsOf(entry).includes(word)));
};

/** From so many columns on there is room for when a run was opened. */
const wide = 100;

const rowOf = (entry: CatalogueEntry, title: number, columns: number): Row => [
  span(fit(entry.header.title, title)),
  span(eventsText(entry).padStart(10)),
  span(columns < wide ? ' ' : `  ${entry.openedAt.slice(0, 10)}  `, 'dim'),
  completeness(entry),
  span(findingsText(entry) === '' ? '' : `  ${findingsText(entry)}`, 'bad'),
  span(`  ${sourceText(entry.header.source)}`, 'dim'),
];

const itemsOf = (state: Runs, { columns }: Size): readonly Item<CatalogueEntry>[] => {
  const entries = found(state);
  const widest = Math.max(8, ...entries.map(({ header }) => widthOf(header.title)));
  const title = Math.min(widest, Math.max(20, Math.floor(columns * 0.35)));
  return entries.map((entry) => ({ rows: [rowOf(entry, title, columns)], value: entry }));
};

const size: Size = { columns: 80, rows: 24 };
const chosenIn = (state: Runs): CatalogueEntry | null => chosenOf(itemsOf(state, size), state.chosen);

/** What is done with the chosen run. */
const withRun =
  (effects: (entry: CatalogueEntry) => readonly Effect<RunsNews>[]) =>
  (state: Runs): RunsStep => {
    const entry = chosenIn(state);
    return entry === null ? { state, says: 'There is no run here: i imports one' } : { state, effects: effects(entry) };
  };

const replaying = ({ header: { run, title } }: CatalogueEntry): Effect<RunsNews> => ({
  type: 'fetch',
  name: `open ${title}`,
  screen: (outside) => replayOfReference(outside, run, 0),
});

const reading: Effect<RunsNews> = {
  type: 'work',
  name: 'list the runs',
  run: async ({ desk }, tell) => tell({ type: 'entries', entries: [...(await desk.runs())].reverse() }),
};

const askSearch: Effect<RunsNews> = {
  type: 'ask',
  label: 'runs with: ',
  entered: (words) => ({ type: 'sought', words }),
  typing: (words) => ({ type: 'sought', words }),
};

const askImport: Effect<RunsNews> = {
  type: 'ask',
  label: 'import file: ',
  completes: 'paths',
  entered: (path) => ({ type: 'import', path }),
};

const importing = (path: string): Effect<RunsNews> => ({
  type: 'work',
  name: `import ${path}`,
  run: async ({ command }, tell, signal) => {
    const { text, code } = await command(['import', path, '--quiet'], signal);
    const [first = ''] = text.trim().split('\n');
    if (code === 2) throw new Error(first.replace(/^custody: /, ''));
    tell({ type: 'imported', says: first });
  },
});

const keys: readonly KeyBinding<Runs, RunsNews>[] = [
  ...itemKeys<Runs, RunsNews>(itemsOf),
  {
    id: 'replay',
    keys: ['enter'],
    does: 'walk through the run',
    hint: 'replay',
    press: withRun((run) => [replaying(run)]),
  },
  {
    id: 'compare',
    keys: ['D'],
    does: 'compare the run with another',
    hint: 'compare',
    press: withRun(({ header }) => [pickToCompare(header.run)]),
  },
  {
    id: 'threads',
    keys: ['A'],
    does: 'all notes on the run, as threads',
    hint: 'notes',
    press: withRun(({ header }) => [openNotes(header.run)]),
  },
  {
    id: 'import',
    keys: ['i'],
    does: 'import a recording or a bundle',
    hint: 'import',
    press: (state) => ({ state, effects: [askImport] }),
  },
  {
    id: 'search',
    keys: ['/'],
    does: 'only runs with these words',
    hint: 'search',
    press: (state) => ({ state, effects: [askSearch] }),
  },
];

const act = (state: Runs, news: RunsNews): RunsStep => {
  switch (news.type) {
    case 'entries':
      return {
        state: {
          ...state,
          entries: news.entries,
          chosen: Math.min(state.chosen, Math.max(0, news.entries.length - 1)),
        },
      };
    case 'sought':
      return { state: { ...state, sought: news.words, chosen: 0 } };
    case 'import':
      if (news.path.trim() === '') return { state };
      return { state, says: `Importing ${news.path} …`, effects: [importing(news.path.trim())] };
    case 'imported':
      return { state: { ...state, chosen: 0 }, says: news.says, effects: [reading] };
  }
};

const placeOf = (state: Runs): string => {
  const count = found(state).length;
  return count === 0 ? 'no run' : `run ${state.chosen + 1}/${count}`;
};

const emptyText = ({ entries, sought }: Runs): string => {
  if (entries === null) return 'Reading the catalogue …';
  return entries.length === 0
    ? 'No runs yet: i imports a recording, X explores a scheme'
    : `No run has "${sought}" in it`;
};

const room = (_: Runs, { rows }: Size) => ({ first: 0, height: rows });

export const runsScreen: Screen<Runs, RunsNews> = {
  name: 'runs',
  keys,
  title: ({ entries, sought }) => ({
    left: sought === '' ? 'runs' : `runs with "${sought}"`,
    right: entries === null ? '' : `${entries.length} in the store`,
  }),
  place: placeOf,
  command: (state) => (chosenIn(state) === null ? 'custody runs' : `custody replay ${chosenIn(state)?.header.run}`),
  body: (state, room) =>
    found(state).length === 0 ? [[span(emptyText(state))]] : itemRows(itemsOf(state, room), state.chosen, room),
  spoken: (state) => (found(state).length === 0 ? [emptyText(state)] : spokenItem(itemsOf(state, size), state.chosen)),
  act,
  needs: () => [reading],
  ...itemMouse<Runs, RunsNews>(itemsOf, room),
};

/** All runs in the store, newest first. */
export const runsOf = (): Standing => stand(runsScreen, { entries: null, sought: '', chosen: 0 });
