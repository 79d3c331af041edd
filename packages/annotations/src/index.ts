export {
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
export type { Meaning } from './meaning.ts';
export type { Claim, Label, Mark, Note, Reply } from './note.ts';
export { DamagedUpdateError, type NotesDocument, openNotes, type Signed } from './notes-document.ts';
export { type NotesUpdated, noteUpdated, openNotesEvents, updateIn } from './notes-event.ts';
