import type { Position } from '@custody/trace';
import { sourceText } from '../run-source.ts';
import { type Effect, type Screen, type Standing, stand } from '../shell/screen.ts';
import { timeOf } from '../short-fields.ts';
import type { ReplayView } from '../view.ts';
import { bodyRows } from './body.ts';
import { keys } from './keys.ts';
import { goToMark, search, seek, setMark, stepBy } from './moves.ts';
import { signs } from './signs.ts';
import { spokenOf } from './spoken.ts';
import { openedAt, type Replay, type ReplayNews, type ReplayStep } from './state.ts';

const placeOf = ({ view, position: at }: Replay): string => {
  const place = `position ${at}/${view.replayer.end}`;
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
  run: async (_, tell) => {
    const notes = await view.addNote?.(at, body);
    if (notes !== undefined) tell({ type: 'notes', notes, at });
  },
});

const act = (state: Replay, news: ReplayNews): ReplayStep => {
  switch (news.type) {
    case 'pattern':
      return search(state, news.text === '' ? state.pattern : news.text, 'forward');
    case 'mark':
      return pressLetter(state, news.verb, news.letter);
    case 'note':
      if (news.body.trim() === '') return { state };
      return { state, says: 'Keeping the note …', effects: [keeping(state, news.at, news.body.trim())] };
    case 'notes':
      return { state: { ...state, notes: news.notes }, says: `The note is at position ${news.at}` };
  }
};

const replayScreen: Screen<Replay, ReplayNews> = {
  name: 'replay',
  keys,
  signs,
  title: ({ view }) => ({ left: view.title, right: sourceText(view.header.source) }),
  place: placeOf,
  command: ({ view, position: at }) => `custody state ${view.header.run} --at ${at}`,
  body: bodyRows,
  spoken: spokenOf,
  act,
  line: seek,
  wheel: stepBy,
};

/** A run to be walked through. */
export const replayOf = (view: ReplayView): Standing => stand(replayScreen, openedAt(view));
