import { position } from '@custody/trace';
import { pickToCompare } from '../compare/pick-screen.ts';
import { openNotes } from '../notes/notes-screen.ts';
import type { Effect, KeyBinding } from '../shell/screen.ts';
import type { Size } from '../view.ts';
import { layoutOf } from './layout.ts';
import { hopTo, search, stepBy } from './moves.ts';
import { inOrder } from './overview.ts';
import { readingOf } from './reading.ts';
import { jumped, type Replay, type ReplayNews, type ReplayPress } from './state.ts';

type ReplayKey = KeyBinding<Replay, ReplayNews>;
type Effects = (state: Replay) => readonly Effect<ReplayNews>[];

const bind = (
  id: string,
  keys: readonly string[],
  does: string,
  press: ReplayPress,
  more: Pick<ReplayKey, 'hint' | 'works'> = {},
): ReplayKey => ({ id, keys, does, press, ...more });

const asking =
  (effects: Effects): ReplayPress =>
  (state) => ({ state, effects: effects(state) });

/** How many lines a page is. */
const pageOf = ({ overview }: Replay, size: Size): number => {
  const { list, lanes } = layoutOf(size, overview.tasks);
  return Math.max(1, list.rows - lanes - 1);
};

const steps =
  (direction: 1 | -1): ReplayPress =>
  (state, { count }) =>
    stepBy(state, direction * (count ?? 1));

const pages =
  (direction: 1 | -1): ReplayPress =>
  (state, { count, size }) =>
    stepBy(state, direction * pageOf(state, size) * (count ?? 1));

const goTo = (state: Replay, count: number) => {
  const { end } = state.view.replayer;
  return jumped(state, position(Math.min(count, end)), count > end ? `The run has positions 0 to ${end}` : undefined);
};

const readOrGo: ReplayPress = (state, { count }) =>
  count === null ? { state, effects: [{ type: 'open', screen: readingOf(state) }] } : goTo(state, count);

const toggleVerbatim: ReplayPress = (state) => ({
  state: { ...state, verbatim: !state.verbatim },
  says: state.verbatim ? 'Lines kept raw are hidden' : 'Lines kept raw are shown too',
});

const notePositions = ({ notes }: Replay) => inOrder(notes.map((note) => note.position));
const hasNotes = ({ notes }: Replay): boolean => notes.length > 0;
const hasFindings = ({ overview }: Replay): boolean => overview.findingPositions.length > 0;

const askPattern: Effects = () => [{ type: 'ask', label: '/', entered: (text) => ({ type: 'pattern', text }) }];

const askNote: Effects = ({ position: at }) => [
  { type: 'ask', label: 'note: ', entered: (body) => ({ type: 'note', at, body }) },
];

const addNote: ReplayPress = (state) =>
  state.view.addNote === undefined ? { state, says: 'Notes cannot be added here' } : { state, effects: askNote(state) };

const askMark =
  (verb: 'set' | 'go', label: string): Effects =>
  () => [{ type: 'ask-key', label, entered: (letter) => ({ type: 'mark', verb, letter }) }];

/** The keys of the replay screen, in the order of its help. */
export const keys: readonly ReplayKey[] = [
  bind('on', ['j', 'down'], 'one event on (5j: five)', steps(1), { hint: 'on' }),
  bind('back', ['k', 'up'], 'one event back', steps(-1), { hint: 'back' }),
  bind('page-on', [' ', 'pagedown'], 'a page on', pages(1)),
  bind('page-back', ['b', 'pageup'], 'a page back', pages(-1)),
  bind('start', ['g', 'home'], 'the start of the run', (state) => jumped(state, position(0))),
  bind('end', ['G', 'end'], 'the end of the run (120G: position 120)', (state, { count }) =>
    goTo(state, count ?? state.view.replayer.end),
  ),
  bind('search', ['/'], 'search (regular expression)', asking(askPattern), { hint: 'search' }),
  bind('next', ['n'], 'next hit', (state) => search(state, state.pattern, 'forward')),
  bind('previous', ['N'], 'previous hit', (state) => search(state, state.pattern, 'backward')),
  bind('finding', ['f'], 'next finding', (state) => hopTo(state, state.overview.findingPositions, 1, 'finding'), {
    hint: 'finding',
    works: hasFindings,
  }),
  bind('finding-back', ['F'], 'previous finding', (state) =>
    hopTo(state, state.overview.findingPositions, -1, 'finding'),
  ),
  bind('note', [']'], 'next note', (state) => hopTo(state, notePositions(state), 1, 'note'), {
    hint: 'note',
    works: hasNotes,
  }),
  bind('note-back', ['['], 'previous note', (state) => hopTo(state, notePositions(state), -1, 'note')),
  bind('read', ['enter'], 'read all that is said here (120 Enter: go to 120)', readOrGo),
  bind('add-note', ['a'], 'add a note here', addNote, { works: ({ view }) => view.addNote !== undefined }),
  bind('mark', ['m'], 'set mark a-z here', asking(askMark('set', 'mark: a-z'))),
  bind('to-mark', ["'"], "go to a mark; '' back", asking(askMark('go', "go to mark: a-z, or ' for back"))),
  bind(
    'threads',
    ['T'],
    'all notes on the run, as threads',
    asking(({ view }) => [openNotes(view.header.run)]),
  ),
  bind(
    'compare',
    ['D'],
    'compare with another run',
    asking(({ view }) => [pickToCompare(view.header.run)]),
  ),
  bind('raw', ['v'], 'show or hide kept raw lines', toggleVerbatim),
];
