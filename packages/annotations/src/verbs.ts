import * as Y from 'yjs';
import { flatPart, keepBody, keepMeanings, setBody } from './editing.ts';
import { marksIn } from './listing.ts';
import type { NotesDocument } from './notes-document.ts';
import { recordChars } from './notes-rules.ts';
import {
  claimIn,
  isStoredMark,
  noteIn,
  replyIn,
  type StoredNote,
  type StoredReply,
  type StoredWord,
  storedAnchor,
  storedClaim,
  storedMark,
} from './records.ts';
import type { Shape } from './shape.ts';
import { storedTime } from './stored-time.ts';

/** The update that `change` makes: one of nothing inside another change, whose update it is part of. */
export const updateOf = (doc: Y.Doc, change: () => void): Uint8Array => {
  const updates: Uint8Array[] = [];
  const keep = (update: Uint8Array): number => updates.push(update);
  doc.on('update', keep);
  doc.transact(change);
  doc.off('update', keep);
  const [only, ...more] = updates;
  return only !== undefined && more.length === 0 ? only : Y.mergeUpdates(updates);
};

const mustBeNew = ({ notes, replies }: Shape, id: string, what: string): void => {
  if (notes.has(id) || replies.has(id)) throw new Error(`Cannot add ${what} "${id}" as that id is taken`);
};

const knownNotes = (notes: Y.Map<unknown>): string => {
  const known = [...notes.keys()].sort();
  const more = known.length > 20 ? ` and ${known.length - 20} more` : '';
  return known.length === 0 ? 'there are no notes yet' : `the notes are ${known.slice(0, 20).join(', ')}${more}`;
};

const mustExist = ({ notes }: Shape, id: string, verb: string): void => {
  if (notes.has(id)) return;
  throw new Error(`Cannot ${verb} note "${id}" as there is no such note: ${knownNotes(notes)}`);
};

/** Whose a note, reply or mark is. */
const ownerOf = ({ notes, replies, marks }: Shape, id: string): string | undefined => {
  const mark = marks.get(id);
  return (noteIn(notes.get(id)) ?? replyIn(replies.get(id)) ?? (isStoredMark(mark) ? mark : null))?.[0];
};

const mustBeOwn = (shape: Shape, id: string, author: string, verb: string): void => {
  const owner = ownerOf(shape, id);
  if (owner === author) return;
  throw new Error(
    owner === undefined
      ? `Cannot ${verb} "${id}" as there is no such note, reply or mark: ${knownNotes(shape.notes)}`
      : `Cannot ${verb} "${id}" as it is ${owner}'s, and you are ${author}`,
  );
};

/** What one brought in is one's own to take back, and not to put other words into. */
const mustBeOwnWords = (shape: Shape, id: string, author: string): void => {
  const stored = noteIn(shape.notes.get(id)) ?? replyIn(shape.replies.get(id));
  const writer = (stored === null ? undefined : claimIn(stored)?.author) ?? author;
  if (writer !== author) throw new Error(`Cannot edit "${id}" as ${writer} wrote it; reply to it instead`);
};

/** What the door would refuse is not written in the first place: it could never be sent to anybody. */
const mustFit = (body: string): void => {
  if (body.length <= recordChars) return;
  throw new Error(
    `Cannot keep ${body.length} characters in one note as ${recordChars} are allowed; say less, or write several`,
  );
};

const labelKey = (note: string, label: string): string => `${note} ${label}`;

/** Every verb that changes the document. */
export const verbsOn = (doc: Y.Doc, shape: Shape) => {
  const change = (make: () => void): Uint8Array => updateOf(doc, make);
  const verbs: Pick<NotesDocument, 'add' | 'reply' | 'edit' | 'remove' | 'resolve' | 'label' | 'mark'> = {
    add: ({ id, author, at, anchor, body, claimed }) => {
      mustBeNew(shape, id, 'note');
      if (claimed === undefined) mustFit(body);
      const head = [claimed?.by ?? author, storedTime(at), claimed === undefined ? flatPart(body) : body] as const;
      return change(() => {
        keepMeanings(shape, [anchor, anchor.until]);
        const note: StoredNote = [...head, ...storedAnchor(anchor), ...storedClaim(author, claimed)];
        shape.notes.set(id, note);
        if (claimed === undefined) keepBody(shape, id, body);
      });
    },
    reply: ({ id, note, author, at, body, claimed }) => {
      mustExist(shape, note, 'reply to');
      mustBeNew(shape, id, 'reply');
      if (claimed === undefined) mustFit(body);
      const writer = claimed?.by ?? author;
      // A mail's words are nobody's to edit: two who bring it in say the same, whichever record stands.
      const flat = claimed === undefined ? flatPart(body) : body;
      const reply: StoredReply = [writer, storedTime(at), flat, note, ...storedClaim(author, claimed)];
      return change(() => {
        shape.replies.set(id, reply);
        if (claimed === undefined) keepBody(shape, id, body);
      });
    },
    edit: ({ id, author, body }) => {
      mustBeOwn(shape, id, author, 'edit');
      if (shape.marks.has(id)) throw new Error(`Cannot edit "${id}" as it is a mark; give it another name or place`);
      mustBeOwnWords(shape, id, author);
      mustFit(body);
      return change(() => setBody(shape, id, body));
    },
    remove: ({ id, author }) => {
      mustBeOwn(shape, id, author, 'delete');
      return change(() => (shape.marks.has(id) ? shape.marks.delete(id) : setBody(shape, id, '')));
    },
    resolve: ({ note, author, at, resolved = true }) => {
      mustExist(shape, note, resolved ? 'resolve' : 'reopen');
      return change(() => shape.verdicts.set(note, [author, storedTime(at), resolved] satisfies StoredWord));
    },
    label: ({ note, label, author, at, on = true }) => {
      mustExist(shape, note, 'label');
      return change(() => shape.labels.set(labelKey(note, label), [author, storedTime(at), on] satisfies StoredWord));
    },
    mark: ({ id, author, at, name, anchor }) => {
      const known = marksIn(shape).find((mark) => mark.author === author && mark.name === name);
      return change(() => {
        keepMeanings(shape, [anchor]);
        shape.marks.set(known?.id ?? id, storedMark(author, storedTime(at), name, anchor));
      });
    },
  };
  return verbs;
};
