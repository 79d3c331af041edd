import {
  anchorAt,
  type Note,
  type NotesDocument,
  type NotesUpdated,
  noteUpdated,
  openNotesEvents,
  resolveAnchor,
} from '@custody/annotations';
import { eventsOf, type LogEvent, RevisionConflictError, revision } from '@custody/log';
import type { Position } from '@custody/trace';
import { notesStream } from './catalogue.ts';
import { RequestError } from './errors.ts';
import type { Run } from './open-run.ts';
import type { Ports } from './ports.ts';

const isNotesUpdated = (event: LogEvent): event is NotesUpdated => event.type === 'NotesUpdated';

/** The notes of a run as its stream tells them now. */
const readNotes = async ({ log }: Ports, { header: { run }, life }: Run) => {
  const events: NotesUpdated[] = [];
  let at = 0;
  for await (const event of eventsOf(log.read(notesStream({ run, life })))) {
    at += 1;
    if (isNotesUpdated(event)) events.push(event);
  }
  return { notes: openNotesEvents(events), revision: revision(at) };
};

/** What could not be read of the notes is said, and the rest is there. */
export interface NotesOfRun {
  /** The note that was added, answered or settled just now. */
  readonly changed?: string;
  readonly notes: readonly Note[];
  readonly damaged: readonly string[];
}

const listed = (notes: NotesDocument, { timeline }: Run): NotesOfRun => ({
  notes: notes.list(timeline),
  damaged: notes.damaged.map(({ message }) => message),
});

export const notesOf = async (ports: Ports, run: Run): Promise<NotesOfRun> =>
  listed((await readNotes(ports, run)).notes, run);

/** A change asked for what is not there: said to the person, not thrown as a bug. */
const asRequest = <Result>(change: () => Result): Result => {
  try {
    return change();
  } catch (cause) {
    throw new RequestError((cause as Error).message, { cause });
  }
};

/**
 * Makes a change and stores it as one event. If someone else wrote in between, their update is read first and the
 * same change made on top.
 */
const changeNotes = async (
  ports: Ports,
  run: Run,
  author: string,
  changed: string,
  change: (notes: NotesDocument, at: string) => Uint8Array,
): Promise<NotesOfRun> => {
  for (;;) {
    const { notes, revision: expected } = await readNotes(ports, run);
    const at = ports.now();
    const update = asRequest(() => change(notes, at));
    try {
      await ports.log.append(
        notesStream({ run: run.header.run, life: run.life }),
        [noteUpdated({ update, author, at })],
        expected,
      );
      return { ...listed(notes, run), changed };
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
    }
  }
};

const written = (body: string): string => {
  if (body.trim() === '') throw new RequestError('Cannot keep an empty note; write something with --body');
  return body.trim();
};

export interface NewNote {
  readonly author: string;
  readonly body: string;
}

export const addNote = async (ports: Ports, run: Run, at: Position, { author, body }: NewNote): Promise<NotesOfRun> => {
  const anchor = anchorAt(run.timeline, at);
  const text = written(body);
  const id = ports.newId();
  return changeNotes(ports, run, author, id, (notes, time) => notes.add({ id, author, at: time, anchor, body: text }));
};

export const replyToNote = async (
  ports: Ports,
  run: Run,
  note: string,
  { author, body }: NewNote,
): Promise<NotesOfRun> => {
  const text = written(body);
  const id = ports.newId();
  return changeNotes(ports, run, author, note, (notes, time) =>
    notes.reply({ id, note, author, at: time, body: text }),
  );
};

export const resolveNote = (ports: Ports, run: Run, note: string, author: string): Promise<NotesOfRun> =>
  changeNotes(ports, run, author, note, (notes, at) => notes.resolve({ note, author, at }));

/** Where a note is in this run; null for an orphan. */
export const placeOf = ({ timeline }: Run, { anchor }: Note): Position | null => resolveAnchor(timeline, anchor);
