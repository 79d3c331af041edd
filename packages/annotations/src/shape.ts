import * as Y from 'yjs';

/**
 * The document of the notes on one run: seven top-level Y.Maps of flat values, chosen for size. What a value holds is
 * told in records.ts; the first element of each but a meaning is who wrote it.
 *
 * | map        | key                | value                  | who may write                                        |
 * | ---------- | ------------------ | ---------------------- | ---------------------------------------------------- |
 * | `notes`    | the note's id      | `StoredNote`           | its author only, in the own name; never deleted: one  |
 * |            |                    |                        | that is taken back has the body ''                   |
 * | `replies`  | the reply's id     | `StoredReply`          | its author only (of a mail: who brought it in); as    |
 * |            |                    |                        | above                                                |
 * | `bodies`   | a note's or        | Y.Text                 | the author of that note or reply only, who may also   |
 * |            | reply's id         |                        | delete it; it stands in place of the body in the     |
 * |            |                    |                        | record. A body of one short line is in the record     |
 * |            |                    |                        | until it is edited, any other a text from the start  |
 * | `marks`    | the mark's id      | `StoredMark`           | its author only, who may also delete it              |
 * | `verdicts` | a note's id        | `StoredWord`           | anybody, in the own name; never deleted              |
 * | `labels`   | `<note id> <label>`| `StoredWord`           | anybody, in the own name; never deleted              |
 * | `meanings` | `meaningName(key)` | `StoredMeaning`        | anybody; the name is made of the value, so it can     |
 * |            |                    |                        | only be set again to the same; never deleted         |
 *
 * Stores made earlier hold objects in `notes`, `replies` and `verdicts` (`earlierNote` …), with the same rules.
 */
export const shapeOf = (doc: Y.Doc) => ({
  notes: doc.getMap<unknown>('notes'),
  replies: doc.getMap<unknown>('replies'),
  bodies: doc.getMap<unknown>('bodies'),
  marks: doc.getMap<unknown>('marks'),
  verdicts: doc.getMap<unknown>('verdicts'),
  labels: doc.getMap<unknown>('labels'),
  meanings: doc.getMap<unknown>('meanings'),
});
export type Shape = ReturnType<typeof shapeOf>;
/** A body that is a text of its own: of several lines, long, or edited; undefined while the one in the record stands. */
export const editedBody = ({ bodies }: Shape, id: string): string | undefined => {
  const text = bodies.get(id);
  return text instanceof Y.Text ? text.toString() : undefined;
};
