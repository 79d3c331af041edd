import { simpleDiffString } from 'lib0/diff';
import * as Y from 'yjs';
import type { Place } from './anchor.ts';
import { earlierNote, meaningsOf, noteIn, replyIn } from './records.ts';
import { editedBody, type Shape } from './shape.ts';

/** Puts down what the places mean, where it is not there yet. */
export const keepMeanings = ({ meanings }: Shape, places: ReadonlyArray<Place | undefined>): void => {
  for (const [name, meaning] of meaningsOf(places)) if (!meanings.has(name)) meanings.set(name, meaning);
};

/** Makes the text say `body`, touching only what differs. */
const rewrite = (text: Y.Text, body: string): void => {
  const { index, remove, insert } = simpleDiffString(text.toString(), body);
  text.delete(index, remove);
  text.insert(index, insert);
};

/** The record with another body; what was written in the earlier shape is written anew. */
const withBody = (shape: Shape, id: string, body: string): void => {
  const note = noteIn(shape.notes.get(id));
  const reply = replyIn(shape.replies.get(id));
  if (note !== null) {
    const anchor = earlierNote(shape.notes.get(id))?.anchor;
    if (anchor !== undefined) keepMeanings(shape, [anchor]);
    shape.notes.set(id, note.with(2, body));
  } else if (reply !== null) shape.replies.set(id, reply.with(2, body));
};

/** What the record says, which an edited body stands before; undefined where there is no record. */
const recordedBody = ({ notes, replies }: Shape, id: string): string | undefined =>
  (noteIn(notes.get(id)) ?? replyIn(replies.get(id)))?.[2];

export const bodyOf = (shape: Shape, id: string): string => editedBody(shape, id) ?? recordedBody(shape, id) ?? '';

/** A body of one line, no longer than this, is part of its record; any other is a text of its own from the start. */
const flatBody = 64;
const isFlat = (body: string): boolean => body.length <= flatBody && !body.includes('\n');

/** What of a new body goes into the record; the rest is to be kept by `keepBody`. */
export const flatPart = (body: string): string => (isFlat(body) ? body : '');

export const keepBody = ({ bodies }: Shape, id: string, body: string): void => {
  if (!isFlat(body)) bodies.set(id, new Y.Text(body));
};

/** Gives a note or reply a body: '' takes it back, and what was taken back begins anew. */
export const setBody = (shape: Shape, id: string, body: string): void => {
  const now = bodyOf(shape, id);
  if (now === body) return;
  if (now === '' || body === '') {
    shape.bodies.delete(id);
    if (recordedBody(shape, id) !== flatPart(body)) withBody(shape, id, flatPart(body));
    keepBody(shape, id, body);
    return;
  }
  if (!(shape.bodies.get(id) instanceof Y.Text)) shape.bodies.set(id, new Y.Text(now));
  rewrite(shape.bodies.get(id) as Y.Text, body);
};
