import * as Y from 'yjs';
import { isStoredMark, isStoredMeaning, isStoredWord, noteIn, replyIn, verdictIn } from './records.ts';
import type { Shape } from './shape.ts';

/** Characters of one record as JSON, or of one body: what is larger is let in nowhere. */
export const recordChars = 65_536;

/** What may stand in one map of the notes' document, and who may put it there. */
export interface MapRule {
  /** What one of its records is called. */
  readonly noun: string;
  /**
   * `author`: only who wrote a record may change it. `writer`: anybody may, in their own name. `nobody`: it is in
   * nobody's name, and can only be what its key says.
   */
  readonly by: 'author' | 'writer' | 'nobody';
  readonly removable: boolean;
  readonly isRecord: (value: unknown, id: string) => boolean;
  /** Who wrote a record; null for one in nobody's name. */
  readonly authorOf: (value: unknown, id: string, shape: Shape) => string | null;
}

/** A record names its author first; one that was made earlier in a field. */
const named = (value: unknown): string | null => {
  if (Array.isArray(value)) return String(value[0]);
  return (value as { readonly author?: string } | null)?.author ?? null;
};

const isPlainText = (value: unknown): boolean =>
  value instanceof Y.Text &&
  !(value instanceof Y.XmlText) &&
  value.toDelta().every((piece: { insert: unknown; attributes?: unknown }) => {
    return typeof piece.insert === 'string' && piece.attributes === undefined;
  });

/** Every map of the document; what shape.ts says in a table. */
export const mapRules: Readonly<Record<keyof Shape, MapRule>> = {
  notes: {
    noun: 'note',
    by: 'author',
    removable: false,
    isRecord: (value) => noteIn(value) !== null,
    authorOf: named,
  },
  replies: {
    noun: 'reply',
    by: 'author',
    removable: false,
    isRecord: (value) => replyIn(value) !== null,
    authorOf: named,
  },
  bodies: {
    noun: 'the body of',
    by: 'author',
    removable: true,
    isRecord: isPlainText,
    authorOf: (_, id, { notes, replies }) => named(notes.get(id) ?? replies.get(id)),
  },
  marks: { noun: 'mark', by: 'author', removable: true, isRecord: isStoredMark, authorOf: named },
  verdicts: {
    noun: 'the verdict on',
    by: 'writer',
    removable: false,
    isRecord: (value) => verdictIn(value) !== null,
    authorOf: named,
  },
  labels: { noun: 'label', by: 'writer', removable: false, isRecord: isStoredWord, authorOf: named },
  meanings: { noun: 'meaning', by: 'nobody', removable: false, isRecord: isStoredMeaning, authorOf: () => null },
};
export type MapName = keyof typeof mapRules;
export const mapNames = Object.keys(mapRules) as readonly MapName[];
