import { fromBase64, toBase64 } from 'lib0/buffer';
import { type NotesDocument, openNotesLazily } from './notes-document.ts';

/** One event of the stream `notes-<run>`: a Yjs update, who made it and when (ISO 8601). */
export interface NotesUpdated {
  readonly type: 'NotesUpdated';
  readonly data: {
    readonly update: string;
    readonly author: string;
    readonly at: string;
    /** The `updateName` of the update that this one takes back. */
    readonly undoes?: string;
  };
}

/** The whole document after the events before this one: to open the notes by, and nothing that anybody did. */
export interface NotesSnapshot {
  readonly type: 'NotesSnapshot';
  readonly data: { readonly update: string };
}

export type NotesEvent = NotesUpdated | NotesSnapshot;

/** Every so many events of a stream there is a snapshot. */
export const snapshotEvery = 500;

/** Is the event at this index of a stream to be a snapshot? */
export const isSnapshotDue = (index: number): boolean => index % snapshotEvery === snapshotEvery - 1;

export const noteUpdated = ({
  update,
  ...stamp
}: {
  update: Uint8Array;
  author: string;
  at: string;
  undoes?: string;
}): NotesUpdated => ({
  type: 'NotesUpdated',
  data: { update: toBase64(update), ...stamp },
});

export const notesSnapshot = (notes: Pick<NotesDocument, 'whole'>): NotesSnapshot => ({
  type: 'NotesSnapshot',
  data: { update: toBase64(notes.whole()) },
});

export const isNotesUpdated = (event: { readonly type: string }): event is NotesUpdated =>
  event.type === 'NotesUpdated';
export const isNotesSnapshot = (event: { readonly type: string }): event is NotesSnapshot =>
  event.type === 'NotesSnapshot';

/** @throws Error when the event does not hold base64. */
export const updateIn = ({ type, data }: NotesEvent): Uint8Array => {
  const update = typeof data?.update === 'string' ? fromBase64(data.update) : undefined;
  // lib0 skips what is not base64; damage must not pass in silence. Encoding it again is faster than a pattern.
  if (update === undefined || toBase64(update) !== data.update) {
    throw new Error(`Cannot decode the update of a ${type} event as it is not base64`);
  }
  return update;
};

/**
 * The notes after events of a `notes-<run>` stream: from its beginning, or from a snapshot on, which comes `from`
 * events after it. What could not be read is in `damaged`, with its position.
 */
export const openNotesEvents = (events: Iterable<NotesEvent>, from = 0): NotesDocument =>
  openNotesLazily(
    Array.from(events, (event) => () => updateIn(event)),
    from,
  );
