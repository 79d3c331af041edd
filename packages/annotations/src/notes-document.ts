import type { Timeline } from '@custody/trace';
import * as Y from 'yjs';
import { type Anchor, anchorsIn } from './anchor.ts';
import {
  byPlace,
  byTime,
  isStoredNote,
  isStoredReply,
  isStoredVerdict,
  type Note,
  type Reply,
  type StoredNote,
  type StoredReply,
  type StoredVerdict,
} from './note.ts';

/** An update that is not one: not base64, or not Yjs. `position` counts the updates before it. */
export class DamagedUpdateError extends Error {
  override readonly name = 'DamagedUpdateError';
  readonly position: number;
  constructor(position: number, why: string, options?: ErrorOptions) {
    super(`Cannot read the notes' update at position ${position}: ${why}`, options);
    this.position = position;
  }
}

/** The notes on one run. Every change answers the Yjs update to store and to send to others. */
export interface NotesDocument {
  /** @throws Error when the id is taken. */
  readonly add: (note: Reply & { readonly anchor: Anchor }) => Uint8Array;
  /** @throws Error when there is no such note, or the id is taken. */
  readonly reply: (reply: Reply & { readonly note: string }) => Uint8Array;
  /** Settles a note; `resolved: false` opens it again. @throws Error when there is no such note. */
  readonly resolve: (verdict: {
    readonly note: string;
    readonly author: string;
    readonly at: string;
    readonly resolved?: boolean;
  }) => Uint8Array;
  /** Takes in an update from elsewhere; twice or in any order makes no difference. @throws Error on bad bytes. */
  readonly apply: (update: Uint8Array) => void;
  /** By place, then time. With a timeline, notes whose place is not in it are marked as orphans. */
  readonly list: (timeline?: Timeline) => readonly Note[];
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

const mustBeNew = (records: Y.Map<unknown>, id: string, what: string): void => {
  if (records.has(id)) throw new Error(`Cannot add ${what} "${id}" as that id is taken`);
};

const mustExist = (notes: Y.Map<unknown>, id: string, verb: string): void => {
  if (notes.has(id)) return;
  const known = [...notes.keys()].sort();
  const which = known.length === 0 ? 'there are no notes yet' : `the notes are ${known.join(', ')}`;
  throw new Error(`Cannot ${verb} note "${id}" as there is no such note: ${which}`);
};

const repliesTo = (replies: Y.Map<unknown>): ((note: string) => readonly Reply[]) => {
  const groups = new Map<string, Reply[]>();
  for (const [id, value] of replies.entries()) {
    if (!isStoredReply(value)) continue;
    const { note, author, at, body } = value;
    const group = groups.get(note) ?? [];
    group.push({ id, author, at, body });
    groups.set(note, group);
  }
  return (note) => groups.get(note)?.sort(byTime) ?? [];
};

const isResolved = (verdict: unknown): boolean => isStoredVerdict(verdict) && verdict.resolved;

/** Reads updates one by one; those that throw are kept as errors with their position. */
const readInto = (doc: Y.Doc, updates: Iterable<() => Uint8Array>): readonly DamagedUpdateError[] => {
  const damaged: DamagedUpdateError[] = [];
  let position = 0;
  for (const update of updates) {
    try {
      applyChecked(doc, update());
    } catch (cause) {
      damaged.push(new DamagedUpdateError(position, cause instanceof Error ? cause.message : String(cause), { cause }));
    }
    position += 1;
  }
  return damaged;
};

/** As `openNotes`, for updates that have yet to be decoded, each of which may throw. */
export const openNotesLazily = (updates: Iterable<() => Uint8Array>): NotesDocument => {
  const doc = new Y.Doc();
  const notes = doc.getMap<unknown>('notes');
  const replies = doc.getMap<unknown>('replies');
  const verdicts = doc.getMap<unknown>('verdicts');
  const damaged = readInto(doc, updates);

  const list = (timeline?: Timeline): readonly Note[] => {
    const resolve = timeline === undefined ? null : anchorsIn(timeline).resolve;
    const answers = repliesTo(replies);
    return [...notes.entries()]
      .flatMap(([id, value]): Note[] => {
        if (!isStoredNote(value)) return [];
        const { author, at, anchor, body } = value;
        const orphan = resolve !== null && resolve(anchor) === null;
        const resolved = isResolved(verdicts.get(id));
        return [{ id, author, at, anchor, body, replies: answers(id), resolved, orphan }];
      })
      .sort(byPlace);
  };

  return {
    add: ({ id, author, at, anchor, body }) => {
      mustBeNew(notes, id, 'note');
      return updateOf(doc, () => notes.set(id, { author, at, anchor, body } satisfies StoredNote));
    },
    reply: ({ id, note, author, at, body }) => {
      mustExist(notes, note, 'reply to');
      mustBeNew(replies, id, 'reply');
      return updateOf(doc, () => replies.set(id, { note, author, at, body } satisfies StoredReply));
    },
    resolve: ({ note, author, at, resolved = true }) => {
      mustExist(notes, note, 'resolve');
      return updateOf(doc, () => verdicts.set(note, { author, at, resolved } satisfies StoredVerdict));
    },
    apply: (update) => applyChecked(doc, update),
    list,
    whole: () => Y.encodeStateAsUpdate(doc),
    damaged,
  };
};

/** The notes after all of `updates`, in whatever order; a prefix of them gives the notes as they were then. */
export const openNotes = (updates: Iterable<Uint8Array> = []): NotesDocument =>
  openNotesLazily(Array.from(updates, (update) => () => update));
