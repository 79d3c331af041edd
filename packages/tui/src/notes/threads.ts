import { nameOf, objectOf, type Position } from '@custody/trace';
import { type Note, placesIn, type Run } from '@custody/workbench';
import type { Item } from '../item-list.ts';
import { type Row, type Span, span } from '../row.ts';
import { fit, widthOf, wrapped } from '../text.ts';

/** A note with its answers, and where it is in the run; null for an orphan. */
export interface Thread {
  readonly note: Note;
  readonly position: Position | null;
}

/** Open ones only, or all. */
export type Shown = 'open' | 'all';

export const threadsOf = (run: Run, notes: readonly Note[]): readonly Thread[] => {
  const placeOf = placesIn(run);
  return notes.map((note) => ({ note, position: placeOf(note) }));
};

export const isShown = ({ note }: Thread, shown: Shown): boolean => shown === 'all' || !note.resolved;

/** Where it is: `120`, `120-140` for what has two ends. */
const placeText = ({ position, note: { anchor } }: Thread): string => {
  if (position === null) return 'orphan';
  return anchor.until === undefined ? String(position) : `${position}-${anchor.until.position}`;
};

const labelsText = ({ labels }: Note): string => labels.map(({ label }) => `[${label}]`).join('');

const marksOf = (note: Note): readonly Span[] => [
  ...(note.labels.length === 0 ? [] : [span(` ${labelsText(note)}`, 'warn')]),
  ...(note.replies.length === 0 ? [] : [span(` +${note.replies.length}`, 'accent')]),
  ...(note.resolved ? [span(' settled', 'good')] : []),
];

/** What it begins with; a note that was taken back stands only for the sake of its answers. */
const firstLine = ({ body, withdrawn }: Note): string => (withdrawn ? '(taken back)' : (body.split('\n', 1)[0] ?? ''));

/** One line for each thread: where it is, who began it, what of it is to be known, and how it begins. */
export const threadItems = (threads: readonly Thread[]): readonly Item<Thread>[] => {
  const placeWidth = Math.max(6, ...threads.map((thread) => placeText(thread).length));
  const authorWidth = Math.max(4, Math.min(12, ...threads.map(({ note }) => widthOf(note.author))));
  return threads.map((thread) => {
    const { note, position } = thread;
    const row: Row = [
      span(placeText(thread).padStart(placeWidth), position === null ? 'bad' : 'dim'),
      span(`  ${fit(note.author, authorWidth)}`, 'accent'),
      ...marksOf(note),
      span(`  ${firstLine(note)}`),
    ];
    return { rows: [row], value: thread };
  });
};

/** `2026-11-22T20:00:00.000Z` → `2026-11-22 20:00`. */
const timeText = (at: string): string => at.slice(0, 16).replace('T', ' ');

type Said = Pick<Note, 'author' | 'at' | 'body' | 'claimed'>;

const saidRows = (sign: string, { author, at, body, claimed }: Said, width: number): readonly Row[] => [
  [
    span(`${sign}${author}`, 'strong'),
    span(`  ${timeText(at)}`, 'dim'),
    ...(claimed === undefined ? [] : [span(`  as ${claimed.by} says, who brought it in`, 'warn')]),
  ],
  ...body.split('\n').flatMap((line) => wrapped(line, width - 2).map((piece): Row => [span(`  ${piece}`)])),
];

/** What the note is about. */
const aboutText = (run: Run, thread: Thread): string => {
  const { note, position } = thread;
  const { anchor } = note;
  if (position === null) return `its place was not found in this run: it was at ${anchor.position}`;
  const place = `position ${placeText(thread)}`;
  if (anchor.object !== undefined) return `${anchor.object}, ${place}`;
  if (position === 0) return 'before the first event';
  const event = run.timeline.at(position - 1);
  return `${place}: task ${event.task} ${nameOf(event)} ${objectOf(event) ?? ''}`.trimEnd();
};

/** A thread in full. */
export const threadRows = (run: Run, thread: Thread, width: number): readonly Row[] => {
  const { note } = thread;
  const settled = note.resolved ? ' settled' : '';
  return [
    ...wrapped(aboutText(run, thread), width).map((line): Row => [span(line, 'accent')]),
    ...(note.labels.length === 0 && settled === ''
      ? []
      : [[span(`${labelsText(note)}${settled}`.trim(), 'warn' as const)]]),
    ...saidRows('', note.withdrawn ? { ...note, body: '(taken back)' } : note, width),
    ...note.replies.flatMap((reply) => saidRows('> ', reply, width)),
  ];
};
