import { nameOf, objectOf, type Position } from '@custody/trace';
import { type Note, placeOf, type Run } from '@custody/workbench';
import type { Item } from '../item-list.ts';
import type { Peer } from '../joined.ts';
import { type Row, type Span, span } from '../row.ts';
import { fit, wrapped } from '../text.ts';

/** A note with its answers, and where it is in the run; null for an orphan. */
export interface Thread {
  readonly note: Note;
  readonly position: Position | null;
}

/** Open ones only, or all. */
export type Shown = 'open' | 'all';

export const threadsOf = (run: Run, notes: readonly Note[], shown: Shown): readonly Thread[] =>
  notes.filter(({ resolved }) => shown === 'all' || !resolved).map((note) => ({ note, position: placeOf(run, note) }));

const placeText = ({ position }: Thread): string => (position === null ? 'orphan' : String(position));

const answersText = ({ replies, resolved }: Note): readonly Span[] => [
  ...(replies.length === 0 ? [] : [span(` +${replies.length}`, 'accent')]),
  ...(resolved ? [span(' resolved', 'good')] : []),
];

const firstLine = ({ body }: Note): string => body.split('\n', 1)[0] ?? '';

/** One line for each thread: where it is, who began it and how, how many answered, whether it is settled. */
export const threadItems = (threads: readonly Thread[]): readonly Item<Thread>[] => {
  const placeWidth = Math.max(6, ...threads.map((thread) => placeText(thread).length));
  const authorWidth = Math.max(4, Math.min(12, ...threads.map(({ note }) => note.author.length)));
  return threads.map((thread) => {
    const { note, position } = thread;
    const row: Row = [
      span(placeText(thread).padStart(placeWidth), position === null ? 'bad' : 'dim'),
      span(`  ${fit(note.author, authorWidth)}  `, 'accent'),
      span(firstLine(note)),
      ...answersText(note),
    ];
    return { rows: [row], value: thread };
  });
};

/** `2026-11-22T20:00:00.000Z` → `2026-11-22 20:00`. */
const timeText = (at: string): string => at.slice(0, 16).replace('T', ' ');

const saidRows = (
  sign: string,
  { author, at, body }: { readonly author: string; readonly at: string; readonly body: string },
  width: number,
): readonly Row[] => [
  [span(`${sign}${author}`, 'strong'), span(`  ${timeText(at)}`, 'dim')],
  ...body.split('\n').flatMap((line) => wrapped(line, width - 2).map((piece): Row => [span(`  ${piece}`)])),
];

/** What the event is that the note stands at. */
const aboutText = (run: Run, { note, position }: Thread): string => {
  if (position === null) return `its place was not found: it was at ${note.anchor.position}`;
  if (position === 0) return 'before the first event';
  const event = run.timeline.at(position - 1);
  return `position ${position}: task ${event.task} ${nameOf(event)} ${objectOf(event) ?? ''}`.trimEnd();
};

/** A thread in full. */
export const threadRows = (run: Run, thread: Thread, width: number): readonly Row[] => [
  [span(aboutText(run, thread), 'accent')],
  ...saidRows('', thread.note, width),
  ...thread.note.replies.flatMap((reply) => saidRows('> ', reply, width)),
];

/** Who else looks at the run, and where. */
export const peersText = (peers: readonly Peer[]): string =>
  peers.map(({ name, position }) => (position === null ? name : `${name} at ${position}`)).join(', ');
