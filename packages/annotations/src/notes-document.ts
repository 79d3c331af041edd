import type { Timeline } from '@custody/trace';
import { simpleDiffString } from 'lib0/diff';
import * as Y from 'yjs';
import { type Anchor, anchorsIn, type Place } from './anchor.ts';
import type { MeaningKey } from './meaning.ts';
import { byPlace, byTime, type Claim, type Label, type Mark, type Note, type Reply } from './note.ts';
import {
  anchorIn,
  earlierNote,
  earlierReply,
  earlierVerdict,
  isStoredMark,
  isStoredMeaning,
  isStoredNote,
  isStoredReply,
  isStoredWord,
  markedPlace,
  meaningName,
  meaningsOf,
  type StoredMeaning,
  type StoredNote,
  type StoredReply,
  type StoredWord,
  storedAnchor,
  storedMark,
} from './records.ts';
import { editedBody, type Shape, shapeOf } from './shape.ts';
import { isoOf, storedTime } from './stored-time.ts';

/** An update that is not one: not base64, or not Yjs. `position` counts the updates before it. */
export class DamagedUpdateError extends Error {
  override readonly name = 'DamagedUpdateError';
  readonly position: number;
  constructor(position: number, why: string, options?: ErrorOptions) {
    super(`Cannot read the notes' update at position ${position}: ${why}`, options);
    this.position = position;
  }
}

/** Who does something, and when (ISO 8601). */
export interface Signed {
  readonly author: string;
  readonly at: string;
}

/** The notes on one run. Every change answers the Yjs update to store and to send to others. */
export interface NotesDocument {
  /** @throws Error when the id is taken. */
  readonly add: (note: Signed & { readonly id: string; readonly body: string; readonly anchor: Anchor }) => Uint8Array;
  /** @throws Error when there is no such note, or the id is taken. */
  readonly reply: (
    reply: Signed & { readonly id: string; readonly note: string; readonly body: string; readonly claimed?: Claim },
  ) => Uint8Array;
  /** Gives a note or reply of one's own another body. @throws Error when there is none, or it is another's. */
  readonly edit: (edit: { readonly id: string; readonly author: string; readonly body: string }) => Uint8Array;
  /** Takes a note, reply or mark of one's own back. @throws Error when there is none, or it is another's. */
  readonly remove: (removal: { readonly id: string; readonly author: string }) => Uint8Array;
  /** Settles a note; `resolved: false` opens it again. @throws Error when there is no such note. */
  readonly resolve: (verdict: Signed & { readonly note: string; readonly resolved?: boolean }) => Uint8Array;
  /** Puts a label on a note; `on: false` takes it off. @throws Error when there is no such note. */
  readonly label: (
    word: Signed & { readonly note: string; readonly label: string; readonly on?: boolean },
  ) => Uint8Array;
  /** Names a place; a name that the author has given already moves there. */
  readonly mark: (mark: Signed & { readonly id: string; readonly name: string; readonly anchor: Place }) => Uint8Array;
  /** Takes in an update from elsewhere; twice or in any order makes no difference. @throws Error on bad bytes. */
  readonly apply: (update: Uint8Array) => void;
  /** By place, then time. With a timeline, notes whose place is not in it are marked as orphans. */
  readonly list: (timeline?: Timeline) => readonly Note[];
  /** By position, then name. */
  readonly marks: () => readonly Mark[];
  /** The whole document as one update, for a snapshot or a newcomer. */
  readonly whole: () => Uint8Array;
  /** Updates that could not be read when the document was opened; the others are in it. */
  readonly damaged: readonly DamagedUpdateError[];
}

/** The update that `change` makes. */
const updateOf = (doc: Y.Doc, change: () => void): Uint8Array => {
  const updates: Uint8Array[] = [];
  const keep = (update: Uint8Array): number => updates.push(update);
  doc.on('update', keep);
  doc.transact(change);
  doc.off('update', keep);
  return Y.mergeUpdates(updates);
};

/** Applies bytes only after they were read to the end, so that bad ones leave nothing behind. */
const applyChecked = (doc: Y.Doc, update: Uint8Array): void => {
  try {
    Y.decodeUpdate(update);
  } catch (cause) {
    throw new Error(`Cannot apply ${update.length} bytes as they are not a Yjs update`, { cause });
  }
  Y.applyUpdate(doc, update);
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

const noteIn = (value: unknown): StoredNote | null =>
  isStoredNote(value) ? value : (earlierNote(value)?.stored ?? null);
const replyIn = (value: unknown): StoredReply | null => (isStoredReply(value) ? value : earlierReply(value));
const verdictIn = (value: unknown): StoredWord | null => (isStoredWord(value) ? value : earlierVerdict(value));

const push = <Value>(groups: Map<string, Value[]>, key: string, value: Value): void => {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
};

/** The replies to each note, oldest first; a mail that two people brought in is one reply. */
const repliesIn = (shape: Shape): ReadonlyMap<string, readonly Reply[]> => {
  const groups = new Map<string, Reply[]>();
  for (const [id, value] of shape.replies.entries()) {
    const stored = replyIn(value);
    if (stored === null) continue;
    const [author, at, flat, note, claimed, message] = stored;
    const body = editedBody(shape, id) ?? flat;
    if (body === '') continue;
    const reply = { id, author, at: isoOf(at), body };
    push(
      groups,
      note,
      claimed === undefined || message === undefined
        ? reply
        : { ...reply, author: claimed, claimed: { by: author, message } },
    );
  }
  for (const [note, replies] of groups) {
    const mails = new Set<string>();
    const isFirst = ({ claimed }: Reply): boolean => {
      if (claimed === undefined) return true;
      const isNew = !mails.has(claimed.message);
      mails.add(claimed.message);
      return isNew;
    };
    groups.set(note, replies.sort(byTime).filter(isFirst));
  }
  return groups;
};

const labelsIn = ({ labels }: Shape): ReadonlyMap<string, readonly Label[]> => {
  const groups = new Map<string, Label[]>();
  for (const [key, word] of labels.entries()) {
    const cut = key.indexOf(' ');
    if (!isStoredWord(word) || !word[2] || cut < 0) continue;
    push(groups, key.slice(0, cut), { label: key.slice(cut + 1), author: word[0], at: isoOf(word[1]) });
  }
  for (const group of groups.values()) group.sort((one, other) => (one.label < other.label ? -1 : 1));
  return groups;
};

const meaningsIn = ({ meanings }: Shape): ((key: MeaningKey) => StoredMeaning | undefined) => {
  const read = new Map<MeaningKey, StoredMeaning | undefined>();
  return (key) => {
    if (!read.has(key)) {
      const value = meanings.get(meaningName(key));
      read.set(key, isStoredMeaning(value, meaningName(key)) ? value : undefined);
    }
    return read.get(key);
  };
};

const listOf = (shape: Shape, timeline: Timeline | undefined): readonly Note[] => {
  const resolve = timeline === undefined ? null : anchorsIn(timeline).resolve;
  const [replies, labels, meaningOf] = [repliesIn(shape), labelsIn(shape), meaningsIn(shape)];
  const listed: Note[] = [];
  for (const [id, value] of shape.notes.entries()) {
    const earlier = isStoredNote(value) ? null : earlierNote(value);
    const stored = isStoredNote(value) ? value : earlier?.stored;
    if (stored === undefined) continue;
    const [author, at, flat] = stored;
    const body = editedBody(shape, id) ?? flat;
    const answers = replies.get(id) ?? [];
    const withdrawn = body === '';
    if (withdrawn && answers.length === 0) continue;
    const anchor = earlier?.anchor ?? anchorIn(stored, meaningOf);
    const resolved = verdictIn(shape.verdicts.get(id))?.[2] ?? false;
    const orphan = resolve !== null && resolve(anchor) === null;
    const said = { replies: answers, labels: labels.get(id) ?? [], resolved, withdrawn, orphan };
    listed.push({ id, author, at: isoOf(at), anchor, body, ...said });
  }
  return listed.sort(byPlace);
};

const marksIn = (shape: Shape): readonly Mark[] => {
  const meaningOf = meaningsIn(shape);
  return [...shape.marks.entries()]
    .flatMap(([id, value]): Mark[] => {
      if (!isStoredMark(value)) return [];
      const [author, at, name] = value;
      return [{ id, author, at: isoOf(at), name, anchor: markedPlace(value, meaningOf) }];
    })
    .sort((one, other) => one.anchor.position - other.anchor.position || (one.name < other.name ? -1 : 1));
};

/** Puts down what the places mean, where it is not there yet. */
const keepMeanings = ({ meanings }: Shape, places: ReadonlyArray<Place | undefined>): void => {
  for (const [name, meaning] of meaningsOf(places)) if (!meanings.has(name)) meanings.set(name, meaning);
};

/** Makes the text say `body`, touching only what differs. */
const rewrite = (text: Y.Text, body: string): void => {
  const { index, remove, insert } = simpleDiffString(text.toString(), body);
  text.delete(index, remove);
  text.insert(index, insert);
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

const bodyOf = (shape: Shape, id: string): string =>
  editedBody(shape, id) ?? noteIn(shape.notes.get(id))?.[2] ?? replyIn(shape.replies.get(id))?.[2] ?? '';

/** Gives a note or reply a body: '' takes it back, and what was taken back begins anew. */
const setBody = (shape: Shape, id: string, body: string): void => {
  const now = bodyOf(shape, id);
  if (now === '' || body === '') {
    shape.bodies.delete(id);
    withBody(shape, id, body);
    return;
  }
  if (!(shape.bodies.get(id) instanceof Y.Text)) shape.bodies.set(id, new Y.Text(now));
  rewrite(shape.bodies.get(id) as Y.Text, body);
};

const labelKey = (note: string, label: string): string => `${note} ${label}`;

/** Every verb that changes the document. */
const verbsOn = (doc: Y.Doc, shape: Shape) => {
  const change = (make: () => void): Uint8Array => updateOf(doc, make);
  const verbs: Pick<NotesDocument, 'add' | 'reply' | 'edit' | 'remove' | 'resolve' | 'label' | 'mark'> = {
    add: ({ id, author, at, anchor, body }) => {
      mustBeNew(shape, id, 'note');
      return change(() => {
        keepMeanings(shape, [anchor, anchor.until]);
        shape.notes.set(id, [author, storedTime(at), body, ...storedAnchor(anchor)] satisfies StoredNote);
      });
    },
    reply: ({ id, note, author, at, body, claimed }) => {
      mustExist(shape, note, 'reply to');
      mustBeNew(shape, id, 'reply');
      const reply: StoredReply =
        claimed === undefined
          ? [author, storedTime(at), body, note]
          : [claimed.by, storedTime(at), body, note, author, claimed.message];
      return change(() => shape.replies.set(id, reply));
    },
    edit: ({ id, author, body }) => {
      mustBeOwn(shape, id, author, 'edit');
      if (shape.marks.has(id)) throw new Error(`Cannot edit "${id}" as it is a mark; give it another name or place`);
      if (replyIn(shape.replies.get(id))?.[4] !== undefined) {
        throw new Error(`Cannot edit "${id}" as it is another's mail; reply to it instead`);
      }
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

/** Applies updates; those that throw are left out, and kept as errors with their position. */
const readInto = (doc: Y.Doc, updates: readonly (() => Uint8Array)[]): readonly DamagedUpdateError[] =>
  updates.flatMap((update, position) => {
    try {
      applyChecked(doc, update());
      return [];
    } catch (cause) {
      return [new DamagedUpdateError(position, cause instanceof Error ? cause.message : String(cause), { cause })];
    }
  });

/** The document after the updates. Checking each before it is applied takes as long again, so it is done if need be. */
const docOf = (updates: readonly (() => Uint8Array)[]) => {
  const doc = new Y.Doc();
  try {
    shapeOf(doc);
    for (const update of updates) Y.applyUpdate(doc, update());
    return { doc, damaged: [] };
  } catch {
    const checked = new Y.Doc();
    return { doc: checked, damaged: readInto(checked, updates) };
  }
};

/** As `openNotes`, for updates that have yet to be decoded, each of which may throw. */
export const openNotesLazily = (updates: Iterable<() => Uint8Array>): NotesDocument => {
  const { doc, damaged } = docOf([...updates]);
  const shape = shapeOf(doc);
  return {
    ...verbsOn(doc, shape),
    apply: (update) => applyChecked(doc, update),
    list: (timeline) => listOf(shape, timeline),
    marks: () => marksIn(shape),
    whole: () => Y.encodeStateAsUpdate(doc),
    damaged,
  };
};

/** The notes after all of `updates`, in whatever order; a prefix of them gives the notes as they were then. */
export const openNotes = (updates: Iterable<Uint8Array> = []): NotesDocument =>
  openNotesLazily(Array.from(updates, (update) => () => update));
