export {
  type Accepted,
  type Admission,
  type AdmissionLimits,
  type Effect,
  type Gate,
  type NotesChange,
  openGate,
} from './admission.ts';
export {
  type Anchor,
  type AnchoredEvent,
  type AnchorKind,
  type Anchors,
  anchorAt,
  anchorsIn,
  type Found,
  type Place,
  resolveAnchor,
  type Surety,
} from './anchor.ts';
export type { Deed } from './deeds.ts';
export { type HistoryEntry, historyOf, type Undoing, undoLast } from './history.ts';
export type { Meaning, MeaningKey } from './meaning.ts';
export { type Brought, type Mirror, openMirror } from './mirror.ts';
export type { Claim, Label, Mark, Note, Reply } from './note.ts';
export { DamagedUpdateError, type NotesDocument, openNotes, type Signed } from './notes-document.ts';
export {
  isNotesSnapshot,
  isNotesUpdated,
  isSnapshotDue,
  type NotesEvent,
  type NotesUpdated,
  notesSnapshot,
  noteUpdated,
  openNotesEvents,
  snapshotEvery,
  updateIn,
} from './notes-event.ts';
export { recordChars } from './notes-rules.ts';
