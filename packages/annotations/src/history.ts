import { toBase64 } from 'lib0/buffer';
import { digest } from 'lib0/hash/sha256';
import { encodeUtf8 } from 'lib0/string';
import * as Y from 'yjs';
import { type Change, watch } from './changes.ts';
import { type Deed, deedsIn } from './deeds.ts';
import type { Signed } from './notes-document.ts';
import { isNotesUpdated, type NotesEvent, type NotesUpdated, updateIn } from './notes-event.ts';
import { shapeOf } from './shape.ts';
import { canUndo, undo } from './undo.ts';
import { updateOf } from './verbs.ts';

/** One update of a stream, as what it did. */
export interface HistoryEntry extends Signed {
  /** Of the stream after it. */
  readonly revision: number;
  readonly name: string;
  /** The `name` of the entry that this one takes back. */
  readonly undoes?: string;
  /** Empty when it did nothing: it came twice, or somebody else's word stood. */
  readonly deeds: readonly Deed[];
}

/** What the update of an event is called: the same wherever it is stored. */
const updateName = ({ data }: NotesUpdated): string => toBase64(digest(encodeUtf8(data.update))).slice(0, 12);

/** Replays a stream and tells each of its updates; damaged ones did nothing. */
function* replayed(events: Iterable<NotesEvent>) {
  const doc = new Y.Doc();
  const shape = shapeOf(doc);
  const changesOf = watch(shape);
  let revision = 0;
  for (const event of events) {
    revision += 1;
    if (!isNotesUpdated(event)) continue;
    let changes: readonly Change[] = [];
    try {
      const update = updateIn(event);
      Y.decodeUpdate(update);
      changes = changesOf(() => Y.applyUpdate(doc, update));
    } catch {
      changes = [];
    }
    yield { doc, shape, event, revision, changes };
  }
}

/** Who did what, oldest first. */
export const historyOf = (events: Iterable<NotesEvent>): readonly HistoryEntry[] => {
  const entries: HistoryEntry[] = [];
  for (const { event, revision, changes } of replayed(events)) {
    const { author, at, undoes } = event.data;
    const deeds = deedsIn(changes);
    entries.push({ revision, author, at, name: updateName(event), ...(undoes !== undefined && { undoes }), deeds });
  }
  return entries;
};

/** An update that takes another back. */
export interface Undoing {
  readonly update: Uint8Array;
  readonly undoes: string;
  /** What it takes back. */
  readonly undone: readonly Deed[];
}

/**
 * The update that takes back the last that its author did and that still stands: not counting what somebody has had
 * another word on since, what was taken back already, and the taking back.
 *
 * @param events - the stream from its beginning.
 * @returns null when the author has nothing left to undo.
 */
export const undoLast = (events: readonly NotesEvent[], signed: Signed): Undoing | null => {
  const done: { readonly name: string; readonly changes: readonly Change[] }[] = [];
  const taken = new Set<string>();
  let doc = new Y.Doc();
  for (const step of replayed(events)) {
    doc = step.doc;
    const { author, undoes } = step.event.data;
    if (author !== signed.author || step.changes.length === 0) continue;
    if (undoes === undefined) done.push({ name: updateName(step.event), changes: step.changes });
    else taken.add(undoes);
  }
  const shape = shapeOf(doc);
  const last = done.findLast(({ name, changes }) => !taken.has(name) && canUndo(changes, shape));
  if (last === undefined) return null;
  const update = updateOf(doc, () => undo(last.changes, shape, signed));
  return { update, undoes: last.name, undone: deedsIn(last.changes) };
};
