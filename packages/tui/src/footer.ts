import type { Position } from '@custody/trace';
import { cutRow, type Row, span } from './row.ts';
import { timeOf } from './short-fields.ts';
import { cut, widthOf } from './text.ts';
import type { Mode, Question, Ui } from './ui.ts';
import type { ReplayView } from './view.ts';

const questions: Readonly<Record<Question, string>> = { seek: ':', search: '/', note: 'note: ' };

const hints: readonly (readonly [string, string])[] = [
  ['j/k', 'step'],
  ['space', 'page'],
  [':', 'go to'],
  ['/', 'search'],
  ['f', 'finding'],
  [']', 'note'],
  ['?', 'help'],
  ['q', 'quit'],
];

const hintRow: Row = hints.flatMap(([key, does]) => [span(key, 'strong'), span(` ${does}  `, 'dim')]);

/** The last part of what is typed, so that its end stays in sight. */
const tail = (text: string, width: number): string => {
  const characters = [...text];
  while (widthOf(characters.join('')) > width) characters.shift();
  return characters.join('');
};

const promptRow = (mode: Extract<Mode, { kind: 'prompt' }>, width: number): Row => {
  const question = questions[mode.question];
  return [span(question, 'strong'), span(tail(mode.text, width - question.length - 1)), span(' ', 'inverse')];
};

/** The prompt, what was said last, or the most used keys. */
export const inputRow = ({ mode, message }: Ui, width: number): Row => {
  if (mode.kind === 'prompt') return promptRow(mode, width);
  if (mode.kind === 'letter')
    return [span(mode.verb === 'set' ? 'mark: a-z' : "go to mark: a-z, or ' for back", 'strong')];
  return message === null ? cutRow(hintRow, width) : [span(cut(message, width), 'strong')];
};

/** Where the cursor is, and the command that prints the same place. */
export const statusRow = ({ header, timeline, replayer }: ReplayView, at: Position, width: number): Row => {
  const time = at === 0 ? null : timeline.at(at - 1).at;
  const isSimulated = header.source.kind === 'simulation';
  const when = time === null ? '' : isSimulated ? ` · step ${time}` : ` · ${timeOf(time, false)} s`;
  return cutRow(
    [
      span(`position ${at}/${replayer.end}`, 'strong'),
      span(when),
      span(' · ', 'dim'),
      span(`custody state ${header.run} --at ${at}`, 'accent'),
    ],
    width,
  );
};
