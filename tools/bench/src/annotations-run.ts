import { inItsOwnProcess } from './own-process.ts';

/** What `annotations-once.ts` is told. */
export interface AnnotationsRequest {
  readonly notes: number;
}

/** One document of many notes, each of an update of its own, as bytes and CPU milliseconds. */
export interface AnnotationsRun {
  /** The document as one update; `flat`: a bare Y.Doc of the same values. */
  readonly bytes: { readonly ours: number; readonly flat: number };
  /** From that update to a document. */
  readonly load: { readonly ours: number; readonly flat: number };
  /** From that update to the list of notes; `flat`: to the plain values. */
  readonly list: { readonly ours: number; readonly flat: number };
  /** Bytes of the update that an edit of a body makes: its first, which may move it into a text; later ones; of a long one. */
  readonly edits: Readonly<Record<'first' | 'later' | 'long', readonly number[]>>;
  /** From a revision of the stored stream (SQLite) to the document at that revision: each the median of three looks. */
  readonly stateAt: { readonly slowest: number; readonly median: number };
  /** Bytes of the stored stream, snapshots and all. */
  readonly stored: number;
}

export const runAnnotations = (request: AnnotationsRequest): AnnotationsRun =>
  inItsOwnProcess('annotations-once.ts', request);
