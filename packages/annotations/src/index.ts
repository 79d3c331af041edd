export { type Anchor, type AnchoredEvent, type Anchors, anchorAt, anchorsIn, resolveAnchor } from './anchor.ts';
export type { Meaning } from './meaning.ts';
export type { Note, Reply } from './note.ts';
export { DamagedUpdateError, type NotesDocument, openNotes } from './notes-document.ts';
export { type NotesUpdated, noteUpdated, openNotesEvents, updateIn } from './notes-event.ts';
