import { fromBase64, toBase64 } from 'lib0/buffer';
import { type NotesDocument, openNotesLazily } from './notes-document.ts';

/** One event of the stream `notes-<run>`: a Yjs update, who made it and when (ISO 8601). */
export interface NotesUpdated {
  readonly type: 'NotesUpdated';
  readonly data: { readonly update: string; readonly author: string; readonly at: string };
}

export const noteUpdated = ({
  update,
  author,
  at,
}: {
  update: Uint8Array;
  author: string;
  at: string;
}): NotesUpdated => ({
  type: 'NotesUpdated',
  data: { update: toBase64(update), author, at },
});

/** lib0 skips what is not base64; damage must not pass in silence. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @throws Error when the event does not hold base64. */
export const updateIn = ({ data }: NotesUpdated): Uint8Array => {
  if (typeof data?.update !== 'string' || !base64.test(data.update)) {
    throw new Error('Cannot decode the update of a NotesUpdated event as it is not base64');
  }
  return fromBase64(data.update);
};

/** The notes after the events of a `notes-<run>` stream; what could not be read is in `damaged`, with its position. */
export const openNotesEvents = (events: Iterable<NotesUpdated>): NotesDocument =>
  openNotesLazily(Array.from(events, (event) => () => updateIn(event)));
