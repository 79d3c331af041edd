import { type Position, position } from '@custody/trace';
import type { NotesOfRun, Run } from '@custody/workbench';
import { itemKeys, itemMouse } from '../item-keys.ts';
import { chosenBy, itemRows } from '../item-list.ts';
import { type Company, companyText, hearOfOthers } from '../joined.ts';
import { replayOfRun } from '../replay/open-run.ts';
import { rule } from '../replay/place-rows.ts';
import { cutRow, cutRows, type Row, span, textOf } from '../row.ts';
import type { Outside } from '../shell/outside.ts';
import { type Effect, type KeyBinding, type Screen, type Step, stand } from '../shell/screen.ts';
import type { Size } from '../view.ts';
import { isShown, type Shown, type Thread, threadItems, threadRows, threadsOf } from './threads.ts';

/** What people say of a run. */
interface Discussion {
  readonly run: Run;
  readonly found: NotesOfRun;
  /** All of them, with their places. */
  readonly threads: readonly Thread[];
  readonly shown: Shown;
  readonly chosen: number;
  /** Who else looks at it; null when the run is not joined. */
  readonly company: Company | null;
}

type News =
  | { readonly type: 'found'; readonly found: NotesOfRun; readonly says?: string }
  | { readonly type: 'typed'; readonly what: Writing; readonly text: string }
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'company'; readonly company: Company };

/** What is written: a note beside the chosen one, an answer to it. */
type Writing = 'note' | 'reply';

const threadsShown = ({ threads, shown }: Discussion) => threads.filter((thread) => isShown(thread, shown));

const itemsOf = (state: Discussion) => threadItems(threadsShown(state));

const chosen = (state: Discussion): Thread | null => threadsShown(state)[state.chosen] ?? null;

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

/** A change to the chosen thread, if there is one. */
const onThread =
  (
    name: string,
    says: (thread: Thread) => string,
    verb: (outside: Outside, run: Run, thread: Thread) => Promise<NotesOfRun>,
  ) =>
  (state: Discussion): Step<Discussion, News> => {
    const thread = chosen(state);
    if (thread === null) return { state, says: 'There is no note here' };
    return { state, effects: [change(name, (outside) => verb(outside, state.run, thread), says(thread))] };
  };

/** Settles the thread, or opens it again. */
const resolve = onThread(
  'settle the note',
  ({ note }) => (note.resolved ? 'The note is open again' : 'The note is settled'),
  ({ desk, author }, run, { note }) => desk.resolveNote(run, note.id, author(), !note.resolved),
);

/** What the author said last in a thread. */
const lastOwn = ({ note }: Thread, author: string): { readonly id: string; readonly body: string } => {
  const own = [note, ...note.replies].findLast((said) => said.author === author && said.body !== '');
  if (own === undefined) throw new Error(`nothing in this thread is by ${author}`);
  return own;
};

const takeBack = onThread(
  'take it back',
  () => 'Taken back (u undoes that)',
  ({ desk, author }, run, thread) => desk.deleteNote(run, lastOwn(thread, author()).id, author()),
);

const edit = (state: Discussion): Step<Discussion, News> => {
  const { run } = state;
  const thread = chosen(state);
  if (thread === null) return { state, says: 'There is no note here' };
  const effect: Effect<News> = {
    type: 'lend-terminal',
    name: 'edit it',
    run: async ({ desk, author, edit: inEditorOf }, tell) => {
      const { id, body: before } = lastOwn(thread, author());
      const body = await inEditorOf(before);
      if (body === null || body === before) return;
      tell({
        type: 'found',
        found: await desk.editNote(run, id, { author: author(), body }),
        says: 'It reads otherwise now',
      });
    },
  };
  return { state, effects: [effect] };
};

const undo = (state: Discussion): Step<Discussion, News> => ({
  state,
  effects: [change('undo', ({ desk, author }) => desk.undoNotes(state.run, author()), 'Your last change is undone')],
});

const askLabel = (state: Discussion): Step<Discussion, News> =>
  chosen(state) === null
    ? { state, says: 'There is no note here' }
    : {
        state,
        effects: [
          { type: 'ask', label: 'label, or -label to take one off: ', entered: (label) => ({ type: 'label', label }) },
        ],
      };

/** `case:2.a` puts a label on the chosen note, `-case:2.a` takes it off. */
const labelled = (state: Discussion, text: string): Step<Discussion, News> => {
  const off = text.startsWith('-');
  const label = off ? text.slice(1) : text;
  const put = onThread(
    'label the note',
    () => (off ? `No longer ${label}` : `Labelled ${label}`),
    ({ desk, author }, run, { note }) => desk.labelNote(run, note.id, { author: author(), label, off }),
  );
  return put(state);
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
    keys: ['w'],
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
    keys: ['W'],
    does: 'a new note at the same place, in $EDITOR',
    press: (state) => inEditor(state, 'note'),
  },
  { id: 'resolve', keys: ['x'], does: 'settle the note, or open it again', hint: 'settle', press: resolve },
  { id: 'label', keys: ['t'], does: 'put a label on the note, or take one off', hint: 'label', press: askLabel },
  { id: 'edit', keys: ['e'], does: 'edit what you said last in the thread, in $EDITOR', press: edit },
  { id: 'take-back', keys: ['d'], does: 'take back what you said last in the thread', press: takeBack },
  { id: 'undo', keys: ['u'], does: 'undo your last change to the notes', press: undo },
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
const headRows = ({ company, found: { damaged } }: Discussion): readonly Row[] => [
  ...(company === null ? [] : [[span('here too: ', 'dim'), span(companyText(company) || 'nobody', 'accent')]]),
  ...damaged.map((what): Row => [span(`! ${what}`, 'bad')]),
];

const listHeight = (state: Discussion, { rows }: Size): number =>
  Math.max(1, Math.min(itemsOf(state).length, Math.floor((rows - headRows(state).length) * 0.45)));

const emptyText = ({ found: { notes } }: Discussion): string =>
  notes.length === 0 ? 'Nobody has written a note yet: a writes one' : 'All notes are settled: v shows them';

/** As wide as no terminal is: for who listens, no line is broken. */
const unbroken = 2000;

const body = (state: Discussion, size: Size): readonly Row[] => {
  const { columns: width, rows } = size;
  const head = headRows(state);
  const items = itemsOf(state);
  const thread = chosen(state);
  if (thread === null) {
    return [...head, [span(emptyText(state))]].map((row) => cutRow(row, width));
  }
  const list = itemRows(items, state.chosen, { columns: width, rows: listHeight(state, size) });
  const left = rows - head.length - list.length - 1;
  const full = cutRows(threadRows(state.run, thread, width), left);
  return [...head, ...list, rule('the thread', width), ...full].map((row) => cutRow(row, width));
};

const spoken = (state: Discussion): readonly string[] => {
  const thread = chosen(state);
  const said =
    thread === null ? [emptyText(state)] : threadRows(state.run, thread, unbroken).map((row) => textOf(row).trim());
  const company = state.company === null ? [] : [`here too: ${companyText(state.company) || 'nobody'}`];
  return [...said, countText(state), ...company];
};

/** The same thread stays chosen when others come or go above it. */
const withFound = (state: Discussion, found: NotesOfRun): Discussion => {
  const next = { ...state, found, threads: threadsOf(state.run, found.notes) };
  const wanted = found.changed ?? chosen(state)?.note.id;
  const number = threadsShown(next).findIndex(({ note }) => note.id === wanted);
  return { ...next, chosen: number < 0 ? Math.max(0, chosenBy(itemsOf(next), state.chosen, 0)) : number };
};

const act = (state: Discussion, news: News): Step<Discussion, News> => {
  switch (news.type) {
    case 'found':
      return { state: withFound(state, news.found), ...(news.says !== undefined && { says: news.says }) };
    case 'company':
      return { state: { ...state, company: news.company } };
    case 'label':
      return news.label.trim() === '' ? { state } : labelled(state, news.label.trim());
    case 'typed':
      return news.text.trim() === ''
        ? { state, says: 'Nothing was written' }
        : { state, effects: [keeping(state, news.what, news.text.trim())] };
  }
};

/** Hears of others for as long as the screen stands; notes that they write are read at once. */
const hearing = ({ run }: Discussion): Effect<News> => ({
  type: 'work',
  name: 'hear of others',
  run: (outside, tell, signal) => {
    const company = (now: Company): void => tell({ type: 'company', company: now });
    const notes = async (): Promise<void> => tell({ type: 'found', found: await outside.desk.notes(run) });
    return hearOfOthers(outside, run.header.run, { company, notes }, signal);
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
  needs: (state) => [hearing(state)],
  looksAt: (state) => {
    const position = chosen(state)?.position ?? null;
    return position === null ? null : { run: state.run.header.run, position };
  },
  ...itemMouse<Discussion, News>(itemsOf, (state, size) => ({
    first: headRows(state).length,
    height: listHeight(state, size),
  })),
};

/** The last thread at a place or before it; the first where there is none. */
const lastUpTo = (threads: readonly Thread[], place: Position): number =>
  Math.max(
    0,
    threads.findLastIndex(({ position }) => position !== null && position <= place),
  );

/**
 * What people say of the run that `reference` names.
 *
 * @param near - where one comes from.
 */
export const openNotes = (reference: string, near: Position = position(0)): Effect<never> => ({
  type: 'fetch',
  name: `open the notes on ${reference}`,
  screen: async ({ desk }) => {
    const run = await desk.open(reference);
    const found = await desk.notes(run);
    const threads = threadsOf(run, found.notes);
    return stand(notesScreen, { run, found, threads, shown: 'all', chosen: lastUpTo(threads, near), company: null });
  },
});
