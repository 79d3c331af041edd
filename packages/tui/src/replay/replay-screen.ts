import { clamp } from '@custody/replay';
import type { Position } from '@custody/trace';
import { companyText } from '../joined.ts';
import { sourceText } from '../run-source.ts';
import { type Effect, type Screen, type Standing, stand } from '../shell/screen.ts';
import { timeOf } from '../short-fields.ts';
import type { ReplayView, Size } from '../view.ts';
import { hearing, readingCases, readingNotes, readingOn } from './background.ts';
import { bodyRows, listedAt } from './body.ts';
import { keys } from './keys.ts';
import { layoutOf } from './layout.ts';
import { goToMark, search, seek, setMark, stepBy } from './moves.ts';
import { speedText, ticked } from './play.ts';
import { scrubbedTo } from './scrub.ts';
import { signs } from './signs.ts';
import { spokenOf } from './spoken.ts';
import { isRead, jumped, openedAt, type Replay, type ReplayNews, type ReplayStep } from './state.ts';

/** How far reading is, while it goes on, and whether it plays or follows. */
const doingOf = (state: Replay): string => {
  const { read, end, play, follows, company } = state;
  const others = companyText(company);
  return [
    isRead(state) ? '' : `${Math.floor((100 * read) / end)} % read`,
    play === null ? '' : `playing ${speedText(play)}`,
    follows ? 'following' : '',
    others === '' ? '' : `with ${others}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
};

const titleOf = (state: Replay) => {
  const doing = doingOf(state);
  const source = sourceText(state.view.header.source);
  return { left: state.view.title, right: doing === '' ? source : `${doing} · ${source}` };
};

const placeOf = ({ view, end, position: at }: Replay): string => {
  const place = `position ${at}/${end}`;
  if (at === 0) return place;
  const time = view.timeline.at(at - 1).at;
  return view.header.source.kind === 'simulation' ? `${place} · step ${time}` : `${place} · ${timeOf(time, false)} s`;
};

const pressLetter = (state: Replay, verb: 'set' | 'go', letter: string): ReplayStep => {
  if (verb === 'go' && letter === "'") return goToMark(state, letter);
  if (!/^[a-z]$/.test(letter)) return { state, says: 'A mark is a letter from a to z' };
  return verb === 'set' ? setMark(state, letter) : goToMark(state, letter);
};

const keeping = ({ view }: Replay, at: Position, body: string): Effect<ReplayNews> => ({
  type: 'work',
  name: 'keep the note',
  run: async (_, tell, signal) => {
    const notes = await view.addNote?.(at, body, signal);
    if (notes !== undefined) tell({ type: 'notes', notes, kept: at });
  },
});

/** A search that came back; whoever has gone on meanwhile is not carried away. */
const foundAt = (state: Replay, from: Position, at: Position | null, says: string): ReplayStep => {
  if (at === null) return { state, says };
  if (state.position !== from) return { state, says: `Found at position ${at}: ${at}G goes there` };
  return jumped(state, at);
};

const act = (state: Replay, news: ReplayNews): ReplayStep => {
  switch (news.type) {
    case 'read':
      return { state: { ...state, read: state.overview.index.read() } };
    case 'damaged': {
      const end = clamp(state.overview.index.read(), state.end);
      return { state: { ...state, read: end, end, position: clamp(state.position, end) }, says: news.why };
    }
    case 'pattern':
      return search(state, news.text === '' ? state.pattern : news.text, 'forward');
    case 'sought':
      return { state, says: `Searching … ${news.far} events looked at (Esc gives up)` };
    case 'found':
      return foundAt(state, news.from, news.at, news.says);
    case 'mark':
      return pressLetter(state, news.verb, news.letter);
    case 'note':
      if (news.body.trim() === '') return { state };
      return { state, says: 'Keeping the note …', effects: [keeping(state, news.at, news.body.trim())] };
    case 'notes': {
      const noted = { ...state, notes: news.notes };
      return news.kept === undefined
        ? { state: noted }
        : { state: noted, says: `The note is at position ${news.kept}` };
    }
    case 'cases':
      return { state: { ...state, cases: news.cases } };
    case 'company':
      return { state: { ...state, company: news.company } };
    case 'ticked':
      return ticked(state, news.ms);
    case 'grown': {
      const { end } = state.view.replayer;
      const isAtEnd = state.position === state.end;
      return { state: { ...state, end, read: state.overview.index.read(), position: isAtEnd ? end : state.position } };
    }
  }
};

const needs = (state: Replay): readonly Effect<ReplayNews>[] => [
  hearing(state),
  ...(isRead(state) ? [] : [readingOn(state)]),
  ...(state.view.readNotes === undefined ? [] : [readingNotes(state)]),
  ...(state.view.readCases === undefined || state.cases.length > 0 ? [] : [readingCases(state)]),
];

/** A click goes to the event that is clicked on, or to that place of the scrub bar. */
const click: Screen<Replay, ReplayNews>['click'] = (state, { column, row }, size: Size) => {
  if (row === size.rows - 1) return jumped(state, scrubbedTo(state, column, size.columns));
  const { list } = layoutOf(size, state.overview.index.tasks());
  const at = column < list.columns ? listedAt(state, size, row) : null;
  return at === null ? { state } : jumped(state, at);
};

export const replayScreen: Screen<Replay, ReplayNews> = {
  name: 'replay',
  keys,
  signs,
  title: titleOf,
  place: placeOf,
  command: ({ view, position: at }) => `custody state ${view.header.run} --at ${at}`,
  body: bodyRows,
  spoken: spokenOf,
  looksAt: ({ view, position }) => ({ run: view.header.run, position }),
  act,
  needs,
  line: seek,
  click,
  wheel: stepBy,
};

/** A run to be walked through. @throws what its timeline throws where it cannot be read. */
export const replayOf = (view: ReplayView): Standing => stand(replayScreen, openedAt(view));
