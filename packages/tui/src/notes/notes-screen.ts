import type { Position } from '@custody/trace';
import type { NotesOfRun, Run } from '@custody/workbench';
import { itemKeys, itemMouse } from '../item-keys.ts';
import { chosenBy, chosenOf, itemRows, spokenItem } from '../item-list.ts';
import type { Peer } from '../joined.ts';
import { replayOfRun } from '../replay/open-run.ts';
import { rule } from '../replay/place-rows.ts';
import { cutRow, cutRows, type Row, span } from '../row.ts';
import type { Outside } from '../shell/outside.ts';
import { type Effect, type KeyBinding, type Screen, type Standing, type Step, stand } from '../shell/screen.ts';
import type { Size } from '../view.ts';
import { peersText, type Shown, type Thread, threadItems, threadRows, threadsOf } from './threads.ts';

/** What people say of a run. */
interface Discussion {
  readonly run: Run;
  readonly found: NotesOfRun;
  readonly shown: Shown;
  readonly chosen: number;
  /** Who else looks at it; null when the run is not joined. */
  readonly peers: readonly Peer[] | null;
}

type News =
  | { readonly type: 'found'; readonly found: NotesOfRun; readonly says?: string }
  | { readonly type: 'typed'; readonly what: Writing; readonly text: string }
  | { readonly type: 'peers'; readonly peers: readonly Peer[] };

/** What is written: a note beside the chosen one, an answer to it. */
type Writing = 'note' | 'reply';

const itemsOf = ({ run, found, shown }: Discussion) => threadItems(threadsOf(run, found.notes, shown));

const chosen = (state: Discussion): Thread | null => chosenOf(itemsOf(state), state.chosen);

/** A change to the notes; what they are then comes back as news. */
const change = (name: string, verb: (outside: Outside) => Promise<NotesOfRun>, says: string): Effect<News> => ({
  type: 'work',
  name,
  run: async (outside, tell) => tell({ type: 'found', found: await verb(outside), says }),
});

const placeOfNew = (state: Discussion): Position => chosen(state)?.position ?? (0 as Position);

const keeping = (state: Discussion, what: Writing, body: string): Effect<News> => {
  const { run } = state;
  const thread = chosen(state);
  if (what === 'reply' && thread !== null) {
    const verb = ({ desk, author }: Outside) => desk.replyToNote(run, thread.note.id, { author: author(), body });
    return change('keep the answer', verb, 'The answer is kept');
  }
  const at = placeOfNew(state);
  const verb = ({ desk, author }: Outside) => desk.addNote(run, at, { author: author(), body });
  return change('keep the note', verb, `The note is at position ${at}`);
};

const labels: Readonly<Record<Writing, string>> = { note: 'note: ', reply: 'answer: ' };

/** Asks for a line at the foot of the screen. */
const inPlace = (state: Discussion, what: Writing): Step<Discussion, News> => {
  if (what === 'reply' && chosen(state) === null) return { state, says: 'There is no note to answer' };
  return {
    state,
    effects: [{ type: 'ask', label: labels[what], entered: (text) => ({ type: 'typed', what, text }) }],
  };
};

/** Lets the person write in their editor. */
const inEditor = (state: Discussion, what: Writing): Step<Discussion, News> => {
  if (what === 'reply' && chosen(state) === null) return { state, says: 'There is no note to answer' };
  const effect: Effect<News> = {
    type: 'lend-terminal',
    name: 'open the editor',
    run: async (outside, tell) => tell({ type: 'typed', what, text: (await outside.edit('')) ?? '' }),
  };
  return { state, effects: [effect] };
};

const resolve = (state: Discussion): Step<Discussion, News> => {
  const thread = chosen(state);
  if (thread === null) return { state, says: 'There is no note to settle' };
  const verb = ({ desk, author }: Outside) => desk.resolveNote(state.run, thread.note.id, author());
  return { state, effects: [change('settle the note', verb, 'The note is settled')] };
};

const replay = (state: Discussion): Step<Discussion, News> => {
  const position = chosen(state)?.position;
  if (position === undefined) return { state, says: 'There is no note here' };
  if (position === null) return { state, says: 'The place of this note was not found in the run' };
  const effect: Effect<News> = {
    type: 'fetch',
    name: `open ${state.run.header.title}`,
    screen: async (outside) => replayOfRun(outside, state.run, position),
  };
  return { state, effects: [effect] };
};

const toggleShown = (state: Discussion): Step<Discussion, News> => {
  const shown: Shown = state.shown === 'all' ? 'open' : 'all';
  return {
    state: { ...state, shown, chosen: 0 },
    says: shown === 'all' ? 'Settled notes are shown too' : 'Open notes only',
  };
};

const reread = ({ run }: Discussion): Effect<News> => ({
  type: 'work',
  name: 'read the notes',
  run: async ({ desk }, tell) => tell({ type: 'found', found: await desk.notes(run) }),
});

const keys: readonly KeyBinding<Discussion, News>[] = [
  ...itemKeys<Discussion, News>(itemsOf),
  { id: 'replay', keys: ['enter'], does: 'replay the run where the note is', hint: 'go there', press: replay },
  {
    id: 'reply',
    keys: ['r'],
    does: 'answer the note, in a line',
    hint: 'answer',
    press: (state) => inPlace(state, 'reply'),
  },
  {
    id: 'reply-in-editor',
    keys: ['R'],
    does: 'answer the note in $EDITOR',
    press: (state) => inEditor(state, 'reply'),
  },
  {
    id: 'note',
    keys: ['a'],
    does: 'a new note at the same place, in a line',
    hint: 'note',
    press: (state) => inPlace(state, 'note'),
  },
  {
    id: 'note-in-editor',
    keys: ['A'],
    does: 'a new note at the same place, in $EDITOR',
    press: (state) => inEditor(state, 'note'),
  },
  { id: 'resolve', keys: ['x'], does: 'settle the note', hint: 'settle', press: resolve },
  { id: 'settled', keys: ['v'], does: 'show or hide settled notes', press: toggleShown },
  {
    id: 'reread',
    keys: ['ctrl-r'],
    does: 'read the notes again, as others may have written',
    press: (state) => ({ state, effects: [reread(state)] }),
  },
];

const countText = ({ found: { notes } }: Discussion): string => {
  const open = notes.filter(({ resolved }) => !resolved).length;
  return `${open} open, ${notes.length - open} settled`;
};

/** Others on the run, and what of the notes could not be read. */
const headRows = ({ peers, found: { damaged } }: Discussion): readonly Row[] => [
  ...(peers === null
    ? []
    : [[span('here too: ', 'dim'), span(peers.length === 0 ? 'nobody' : peersText(peers), 'accent')]]),
  ...damaged.map((what): Row => [span(`! ${what}`, 'bad')]),
];

const listHeight = (state: Discussion, { rows }: Size): number =>
  Math.max(1, Math.min(itemsOf(state).length, Math.floor((rows - headRows(state).length) * 0.45)));

const body = (state: Discussion, size: Size): readonly Row[] => {
  const { columns: width, rows } = size;
  const head = headRows(state);
  const items = itemsOf(state);
  const thread = chosen(state);
  if (thread === null) {
    const none =
      state.found.notes.length === 0
        ? 'Nobody has written a note yet: a writes one'
        : 'All notes are settled: v shows them';
    return [...head, [span(none)]].map((row) => cutRow(row, width));
  }
  const list = itemRows(items, state.chosen, { columns: width, rows: listHeight(state, size) });
  const left = rows - head.length - list.length - 1;
  const full = cutRows(threadRows(state.run, thread, width), left);
  return [...head, ...list, rule('the thread', width), ...full].map((row) => cutRow(row, width));
};

const spoken = (state: Discussion): readonly string[] => {
  const thread = chosen(state);
  const said =
    thread === null
      ? ['no note']
      : threadRows(state.run, thread, 2000).map((row) =>
          row
            .map(({ text }) => text)
            .join('')
            .trim(),
        );
  const [, number = ''] = spokenItem(itemsOf(state), state.chosen);
  return [
    ...said,
    number,
    countText(state),
    ...(state.peers === null ? [] : [`here too: ${peersText(state.peers) || 'nobody'}`]),
  ];
};

/** The same thread stays chosen when others come or go above it. */
const withFound = (state: Discussion, found: NotesOfRun): Discussion => {
  const next = { ...state, found };
  const wanted = found.changed ?? chosen(state)?.note.id;
  const number = threadsOf(state.run, found.notes, state.shown).findIndex(({ note }) => note.id === wanted);
  return { ...next, chosen: number < 0 ? Math.max(0, chosenBy(itemsOf(next), state.chosen, 0)) : number };
};

const act = (state: Discussion, news: News): Step<Discussion, News> => {
  switch (news.type) {
    case 'found':
      return { state: withFound(state, news.found), ...(news.says !== undefined && { says: news.says }) };
    case 'peers':
      return { state: { ...state, peers: news.peers } };
    case 'typed':
      return news.text.trim() === ''
        ? { state, says: 'Nothing was written' }
        : { state, effects: [keeping(state, news.what, news.text.trim())] };
  }
};

/** Hears of others for as long as the screen stands; notes that they write are read at once. */
const watching = ({ run }: Discussion): Effect<News> => ({
  type: 'work',
  name: 'hear of others',
  run: async ({ desk, joined }, tell, signal) => {
    const together = joined?.(run.header.run) ?? null;
    if (together === null) return;
    const heard = async (): Promise<void> => {
      tell({ type: 'peers', peers: together.peers() });
      tell({ type: 'found', found: await desk.notes(run) });
    };
    await heard();
    await together.watch(() => void heard(), signal);
  },
});

export const notesScreen: Screen<Discussion, News> = {
  name: 'notes',
  keys,
  signs: [
    ['+2', 'two answers'],
    ['orphan', 'its place was not found in this run'],
  ],
  title: (state) => ({ left: `notes on ${state.run.header.title}`, right: countText(state) }),
  place: (state) => {
    const all = itemsOf(state).length;
    return all === 0 ? 'no note' : `note ${state.chosen + 1}/${all}`;
  },
  command: ({ run }) => `custody note list ${run.header.run}`,
  body,
  spoken,
  act,
  needs: (state) => [watching(state)],
  ...itemMouse<Discussion, News>(itemsOf, (state, size) => ({
    first: headRows(state).length,
    height: listHeight(state, size),
  })),
};

/** What people say of a run. */
const notesOfRun = async ({ desk }: Pick<Outside, 'desk'>, run: Run): Promise<Standing> =>
  stand(notesScreen, { run, found: await desk.notes(run), shown: 'all', chosen: 0, peers: null });

/** As `notesOfRun`, of the run that `reference` names. */
export const openNotes = (reference: string): Effect<never> => ({
  type: 'fetch',
  name: `open the notes on ${reference}`,
  screen: async (outside) => notesOfRun(outside, await outside.desk.open(reference)),
});
