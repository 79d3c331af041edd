import type { Timeline } from '@custody/trace';
import * as Y from 'yjs';
import type { Anchor, Place } from './anchor.ts';
import { listOf, marksIn } from './listing.ts';
import type { Claim, Mark, Note } from './note.ts';
import { shapeOf } from './shape.ts';
import { updateOf, verbsOn } from './verbs.ts';

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
  readonly add: (
    note: Signed & { readonly id: string; readonly body: string; readonly anchor: Anchor; readonly claimed?: Claim },
  ) => Uint8Array;
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
  /** Several changes as one update. */
  readonly together: (changes: () => void) => Uint8Array;
  /** Was there ever a note, reply or mark of that id? */
  readonly has: (id: string) => boolean;
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

/** Applies bytes only after they were read to the end, so that bad ones leave nothing behind. */
const applyChecked = (doc: Y.Doc, update: Uint8Array): void => {
  try {
    Y.decodeUpdate(update);
  } catch (cause) {
    throw new Error(`Cannot apply ${update.length} bytes as they are not a Yjs update`, { cause });
  }
  Y.applyUpdate(doc, update);
};

/** Applies updates; those that throw are left out, and kept as errors with their position. */
const readInto = (doc: Y.Doc, updates: readonly (() => Uint8Array)[], from: number): readonly DamagedUpdateError[] =>
  updates.flatMap((update, index) => {
    try {
      applyChecked(doc, update());
      return [];
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      return [new DamagedUpdateError(from + index, why, { cause })];
    }
  });

/** The document after the updates. Checking each before it is applied takes as long again, so it is done if need be. */
const docOf = (updates: readonly (() => Uint8Array)[], from: number) => {
  const doc = new Y.Doc();
  try {
    shapeOf(doc);
    for (const update of updates) Y.applyUpdate(doc, update());
    return { doc, damaged: [] };
  } catch {
    const checked = new Y.Doc();
    return { doc: checked, damaged: readInto(checked, updates, from) };
  }
};

/** As `openNotes`, for updates that have yet to be decoded, each of which may throw; `from` others came before. */
export const openNotesLazily = (updates: Iterable<() => Uint8Array>, from = 0): NotesDocument => {
  const { doc, damaged } = docOf([...updates], from);
  const shape = shapeOf(doc);
  return {
    ...verbsOn(doc, shape),
    together: (changes) => updateOf(doc, changes),
    has: (id) => shape.notes.has(id) || shape.replies.has(id) || shape.marks.has(id),
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
