import {
  type Anchor,
  type Anchors,
  anchorsIn,
  type Deed,
  type HistoryEntry,
  historyOf,
  isNotesUpdated,
  type Mark,
  type Note,
  type NotesDocument,
  noteUpdated,
  openNotesEvents,
  type Signed,
  undoLast,
} from '@custody/annotations';
import { RevisionConflictError, revision } from '@custody/log';
import { objectOf, type Position } from '@custody/trace';
import { notesStream } from './catalogue.ts';
import { RequestError } from './errors.ts';
import { appendUpdates, everyNotesEvent, readNotes } from './notes-stream.ts';
import type { Run } from './open-run.ts';
import type { Ports } from './ports.ts';

/** What could not be read of the notes is said, and the rest is there. */
export interface NotesOfRun {
  /** The note that was added, answered or settled just now. */
  readonly changed?: string;
  /** What was taken back just now. */
  readonly undone?: readonly Deed[];
  readonly notes: readonly Note[];
  readonly marks: readonly Mark[];
  readonly damaged: readonly string[];
}

/** The discussion as it stood: after so many events of its stream, or when nothing later than this had been written. */
export type Moment = { readonly revision: number } | { readonly time: string };

const streamOf = ({ header: { run }, life }: Run) => notesStream({ run, life });

const listed = (notes: NotesDocument, { timeline }: Run): NotesOfRun => ({
  notes: notes.list(timeline),
  marks: notes.marks(),
  damaged: notes.damaged.map(({ message }) => message),
});

/** Everything written until then by its author's clock, whenever it came here. */
const notesUntil = async ({ log }: Ports, run: Run, time: string): Promise<NotesDocument> => {
  const events = await everyNotesEvent(log, streamOf(run));
  return openNotesEvents(events.filter((event) => isNotesUpdated(event) && event.data.at <= time));
};

export const notesOf = async (ports: Ports, run: Run, at?: Moment): Promise<NotesOfRun> => {
  if (at === undefined) return listed((await readNotes(ports.log, streamOf(run))).notes, run);
  if ('time' in at) return listed(await notesUntil(ports, run, at.time), run);
  const head = await ports.log.head(streamOf(run));
  if (at.revision > head) {
    throw new RequestError(
      `Cannot show the notes on ${run.header.title} at revision ${at.revision} as they are at ${head}; see: custody note log`,
    );
  }
  return listed((await readNotes(ports.log, streamOf(run), revision(at.revision))).notes, run);
};

/** Who did what to the notes of a run, oldest first. */
export const noteHistory = async ({ log }: Ports, run: Run): Promise<readonly HistoryEntry[]> =>
  historyOf(await everyNotesEvent(log, streamOf(run)));

/** A change asked for what is not there: said to the person, not thrown as a bug. */
const asRequest = <Result>(change: () => Result): Result => {
  try {
    return change();
  } catch (cause) {
    throw new RequestError((cause as Error).message, { cause });
  }
};

/** Tries until nobody else wrote in between. */
const untilAlone = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
    }
  }
};

/** A change of nothing: no struct and no deletion. */
const isEmpty = (update: Uint8Array): boolean => update.every((byte) => byte === 0);

/** What a change makes: the update, and what it was made to. */
interface Made {
  readonly update: Uint8Array;
  readonly changed?: string;
}

/**
 * Makes a change and stores it as one event. If someone else wrote in between, their update is read first and the
 * same change made on top.
 */
export const changeNotes = (
  ports: Ports,
  run: Run,
  author: string,
  change: (notes: NotesDocument, signed: Signed) => Made,
): Promise<NotesOfRun> =>
  untilAlone(async () => {
    const { notes, revision: expected } = await readNotes(ports.log, streamOf(run));
    const signed = { author, at: ports.now() };
    const { update, changed } = asRequest(() => change(notes, signed));
    if (!isEmpty(update)) {
      await appendUpdates(ports.log, streamOf(run), [noteUpdated({ update, ...signed })], expected);
    }
    return { ...listed(notes, run), ...(changed !== undefined && { changed }) };
  });

/** The id of the note, reply or mark that begins so, if it is just one; else as it was given. */
const wholeId = (notes: NotesDocument, given: string): string => {
  const ids = [...notes.list().flatMap(({ id, replies }) => [id, ...replies.map((reply) => reply.id)])];
  const all = [...ids, ...notes.marks().map(({ id }) => id)];
  const [only, ...more] = all.includes(given) ? [given] : all.filter((id) => id.startsWith(given));
  return only !== undefined && more.length === 0 ? only : given;
};

/** The note of that id, or the one that a reply of that id is to. */
const threadId = (notes: NotesDocument, given: string): string => {
  const id = wholeId(notes, given);
  return notes.list().find(({ replies }) => replies.some((reply) => reply.id === id))?.id ?? id;
};

const written = (body: string): string => {
  if (body.trim() === '') throw new RequestError('Cannot keep an empty note; write something with --body');
  return body.trim();
};

export interface NewNote {
  readonly author: string;
  readonly body: string;
}

/** What a note is to be about. */
export type Subject =
  | { readonly kind: 'event'; readonly at: Position }
  | { readonly kind: 'stretch' | 'pair'; readonly from: Position; readonly to: Position }
  | { readonly kind: 'object'; readonly object: string; readonly from: Position; readonly to: Position };

/** The object of that name, or of a name that ends so after a colon: `6` is `group:6`. */
const objectNamed = (name: string, { timeline, header }: Run): string => {
  const objects = new Set<string>();
  for (let index = 0; index < timeline.length; index += 1) {
    const object = objectOf(timeline.at(index));
    if (object === name) return object;
    if (object?.endsWith(`:${name}`)) objects.add(object);
  }
  const [only, ...more] = objects;
  if (only !== undefined && more.length === 0) return only;
  const why =
    only === undefined ? `nothing happens to it in ${header.title}` : `it may be ${[only, ...more].join(' or ')}`;
  throw new RequestError(`Cannot put a note on object "${name}" as ${why}; see: custody state ${header.title}`);
};

const anchorOn = ({ anchorAt, placeAt }: Anchors, subject: Subject, run: Run): Anchor => {
  if (subject.kind === 'event') return anchorAt(subject.at);
  const { kind, from, to } = subject;
  if (from > to) throw new RequestError(`Cannot put a note on ${from} to ${to} as that ends before it begins`);
  const ends = { ...placeAt(from), until: placeAt(to) };
  return kind === 'object' ? { ...ends, kind, object: objectNamed(subject.object, run) } : { ...ends, kind };
};

export const addNote = async (
  ports: Ports,
  run: Run,
  about: Position | Subject,
  { author, body }: NewNote,
): Promise<NotesOfRun> => {
  const subject: Subject = typeof about === 'number' ? { kind: 'event', at: about } : about;
  const anchor = anchorOn(anchorsIn(run.timeline), subject, run);
  const text = written(body);
  const id = ports.newId();
  return changeNotes(ports, run, author, (notes, signed) => ({
    update: notes.add({ id, ...signed, anchor, body: text }),
    changed: id,
  }));
};

export const replyToNote = async (
  ports: Ports,
  run: Run,
  given: string,
  { author, body }: NewNote,
): Promise<NotesOfRun> => {
  const text = written(body);
  const id = ports.newId();
  return changeNotes(ports, run, author, (notes, signed) => {
    const note = threadId(notes, given);
    return { update: notes.reply({ id, note, ...signed, body: text }), changed: note };
  });
};

export const resolveNote = (
  ports: Ports,
  run: Run,
  given: string,
  author: string,
  resolved = true,
): Promise<NotesOfRun> =>
  changeNotes(ports, run, author, (notes, signed) => {
    const note = threadId(notes, given);
    return { update: notes.resolve({ note, ...signed, resolved }), changed: note };
  });

/** Gives a note or reply of the author's own another body. */
export const editNote = async (
  ports: Ports,
  run: Run,
  given: string,
  { author, body }: NewNote,
): Promise<NotesOfRun> => {
  const text = written(body);
  return changeNotes(ports, run, author, (notes) => {
    const id = wholeId(notes, given);
    return { update: notes.edit({ id, author, body: text }), changed: id };
  });
};

/** Takes a note, reply or mark of the author's own back; a note that was answered stays, without its body. */
export const deleteNote = (ports: Ports, run: Run, given: string, author: string): Promise<NotesOfRun> =>
  changeNotes(ports, run, author, (notes) => {
    const id = wholeId(notes, given);
    return { update: notes.remove({ id, author }), changed: id };
  });

export interface NewLabel {
  readonly author: string;
  readonly label: string;
  /** Takes it off again. */
  readonly off?: boolean;
}

export const labelNote = async (
  ports: Ports,
  run: Run,
  given: string,
  { author, label, off = false }: NewLabel,
): Promise<NotesOfRun> => {
  if (!/^\S+$/.test(label)) {
    throw new RequestError(`Cannot use "${label}" as a label as it has blanks or is empty; write, say, case:2.a`);
  }
  return changeNotes(ports, run, author, (notes, signed) => {
    const note = threadId(notes, given);
    return { update: notes.label({ note, label, ...signed, on: !off }), changed: note };
  });
};

/** Names a place; a name that the author gave before moves there. */
export const markPlace = async (
  ports: Ports,
  run: Run,
  name: string,
  at: Position,
  author: string,
): Promise<NotesOfRun> => {
  if (!/^\S(.*\S)?$/.test(name)) {
    throw new RequestError(`Cannot use "${name}" as a mark as it is no name of one line; write, say, first-claim`);
  }
  const anchor = anchorsIn(run.timeline).placeAt(at);
  const id = ports.newId();
  return changeNotes(ports, run, author, (notes, signed) => ({ update: notes.mark({ id, name, anchor, ...signed }) }));
};

/** Takes back the last that the author did here and that still stands, be it from another process or another day. */
export const undoNotes = (ports: Ports, run: Run, author: string): Promise<NotesOfRun> =>
  untilAlone(async () => {
    const stream = streamOf(run);
    const expected = await ports.log.head(stream);
    const events = await everyNotesEvent(ports.log, stream);
    const signed = { author, at: ports.now() };
    const undoing = undoLast(events, signed);
    if (undoing === null) {
      throw new RequestError(
        `Cannot undo anything on ${run.header.title} as ${author} has nothing left to undo; see: custody note log`,
      );
    }
    const { update, undoes, undone } = undoing;
    await appendUpdates(ports.log, stream, [noteUpdated({ update, undoes, ...signed })], expected);
    return { ...listed((await readNotes(ports.log, stream)).notes, run), undone };
  });

/** Where notes are in this run, which is read once; null for an orphan. */
export const placesIn = ({ timeline }: Run): ((note: Note) => Position | null) => {
  let anchors: Anchors | undefined;
  return ({ anchor }) => {
    anchors ??= anchorsIn(timeline);
    return anchors.resolve(anchor);
  };
};
