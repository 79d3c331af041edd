import type { Kind } from '@custody/replay';
import { position } from '@custody/trace';
import { pickToCompare } from '../compare/pick-screen.ts';
import { rankingOf } from '../conform/ranking-screen.ts';
import { openNotes } from '../notes/notes-screen.ts';
import type { Effect, KeyBinding } from '../shell/screen.ts';
import type { Size } from '../view.ts';
import { following } from './background.ts';
import { layoutOf } from './layout.ts';
import { hopTo, hopToHolder, hopToKind, hopToTask, search, stepBy } from './moves.ts';
import { inOrder } from './overview.ts';
import { changeSpeed, togglePlay } from './play.ts';
import { readingOf } from './reading.ts';
import { jumped, type Replay, type ReplayNews, type ReplayPress, type ReplayStep } from './state.ts';
import { askWhatIf } from './what-if.ts';

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
  const { list, lanes } = layoutOf(size, overview.index.tasks());
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

/** The same again, for a count before the key. */
const again =
  (hop: (state: Replay) => ReplayStep): ReplayPress =>
  (state, { count }) => {
    let step = hop(state);
    for (let times = 1; times < (count ?? 1) && step.says === undefined; times += 1) {
      const next = hop(step.state);
      step = { ...next, state: { ...next.state, back: state.position } };
    }
    return step;
  };

const kinds = (kind: Kind, direction: 1 | -1, what: string): ReplayPress =>
  again((state) => hopToKind(state, kind, direction, what));

const goTo = (state: Replay, count: number): ReplayStep => {
  const { end } = state;
  return jumped(state, position(Math.min(count, end)), count > end ? `The run has positions 0 to ${end}` : undefined);
};

const readOrGo: ReplayPress = (state, { count }) =>
  count === null ? { state, effects: [{ type: 'open', screen: readingOf(state) }] } : goTo(state, count);

const toggleVerbatim: ReplayPress = (state) => ({
  state: { ...state, verbatim: !state.verbatim },
  says: state.verbatim ? 'Lines kept raw are hidden' : 'Lines kept raw are shown too',
});

const toggleFollow: ReplayPress = (state) => {
  if (state.view.follow === undefined) return { state, says: 'This run is closed: nothing more will come' };
  if (state.follows) {
    return {
      state: { ...state, follows: false },
      says: 'No longer followed',
      effects: [{ type: 'stop', name: 'follow the run' }],
    };
  }
  const { state: at } = jumped(state, state.end);
  return {
    state: { ...at, follows: true },
    says: 'Following: new events show as they come',
    effects: [following(state)],
  };
};

const notePositions = ({ notes }: Replay) => inOrder(notes.map((note) => note.position));
const casePositions = ({ cases }: Replay) => inOrder(cases.map((met) => met.position));
const hasNotes = ({ notes }: Replay): boolean => notes.length > 0;
const hasFindings = ({ overview }: Replay): boolean => overview.findingPositions.length > 0;
const hasCases = ({ cases }: Replay): boolean => cases.length > 0;
const isSimulated = ({ view }: Replay): boolean => view.header.source.kind === 'simulation';

const findings = (direction: 1 | -1): ReplayPress =>
  again((state) => hopTo(state, state.overview.findingPositions, direction, 'finding'));
const notes = (direction: 1 | -1): ReplayPress =>
  again((state) => hopTo(state, notePositions(state), direction, 'note'));
const cases = (direction: 1 | -1): ReplayPress =>
  again((state) => hopTo(state, casePositions(state), direction, 'case'));

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
    goTo(state, count ?? state.end),
  ),
  bind(
    'task',
    ['t', 'right'],
    'next event of the task that moved',
    again((state) => hopToTask(state, 1)),
    { hint: 'task' },
  ),
  bind(
    'task-back',
    ['T', 'left'],
    'previous event of the task that moved',
    again((state) => hopToTask(state, -1)),
  ),
  bind('hand-over', ['l'], 'next hand-over of a lock to another task', kinds('hand-over', 1, 'lock hand-over')),
  bind('hand-over-back', ['L'], 'previous hand-over of a lock', kinds('hand-over', -1, 'lock hand-over')),
  bind('holder', ['h'], 'where the lock in question was taken', hopToHolder, { hint: 'holder' }),
  bind('ownership', ['o'], 'next change of ownership', kinds('ownership', 1, 'change of ownership'), { hint: 'owner' }),
  bind('ownership-back', ['O'], 'previous change of ownership', kinds('ownership', -1, 'change of ownership')),
  bind('trouble', ['e'], 'next error, warning or loss', kinds('trouble', 1, 'error')),
  bind('trouble-back', ['E'], 'previous error, warning or loss', kinds('trouble', -1, 'error')),
  bind('finding', ['f'], 'next finding', findings(1), { hint: 'finding', works: hasFindings }),
  bind('finding-back', ['F'], 'previous finding', findings(-1)),
  bind('note', [']'], 'next note', notes(1), { hint: 'note', works: hasNotes }),
  bind('note-back', ['['], 'previous note', notes(-1)),
  bind('case', ['c'], "next of the mail's cases", cases(1), { hint: 'case', works: hasCases }),
  bind('case-back', ['C'], "previous of the mail's cases", cases(-1)),
  bind('search', ['/'], 'search (regular expression)', asking(askPattern), { hint: 'search' }),
  bind(
    'next',
    ['n'],
    'next hit',
    again((state) => search(state, state.pattern, 'forward')),
  ),
  bind(
    'previous',
    ['N'],
    'previous hit',
    again((state) => search(state, state.pattern, 'backward')),
  ),
  bind('read', ['enter'], 'read all that is said here (120 Enter: go to 120)', readOrGo),
  bind('add-note', ['a'], 'add a note here', addNote, { works: ({ view }) => view.addNote !== undefined }),
  bind('mark', ['m'], 'set mark a-z here', asking(askMark('set', 'mark: a-z'))),
  bind('to-mark', ["'"], "go to a mark; '' back", asking(askMark('go', "go to mark: a-z, or ' for back"))),
  bind(
    'threads',
    ['A'],
    'all notes on the run, as threads',
    asking(({ view, position: at }) => [openNotes(view.header.run, at)]),
  ),
  bind(
    'compare',
    ['D'],
    'compare with another run',
    asking(({ view }) => [pickToCompare(view.header.run)]),
  ),
  bind(
    'conform',
    ['V'],
    'which variants can do what the run shows, and if not, why',
    asking(({ view }) => [{ type: 'open', screen: rankingOf({ run: view.header.run, title: view.title }) }]),
  ),
  bind('raw', ['v'], 'show or hide kept raw lines', toggleVerbatim),
  bind('play', ['p'], 'play, in real time at first; stop', togglePlay),
  bind('faster', ['+'], 'play twice as fast', (state) => changeSpeed(state, 2)),
  bind('slower', ['-'], 'play half as fast', (state) => changeSpeed(state, 1 / 2)),
  bind('follow', ['W'], 'watch a run that is being recorded', toggleFollow, {
    hint: 'watch',
    works: ({ view }) => view.follow !== undefined,
  }),
  bind('what-if', ['i'], 'what if someone else moved here (simulated runs)', askWhatIf, {
    hint: 'what if',
    works: isSimulated,
  }),
];
