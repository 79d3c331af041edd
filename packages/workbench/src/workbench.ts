import type { HistoryEntry } from '@custody/annotations';
import type { CompareOptions } from '@custody/compare';
import type { StopSignal } from '@custody/log';
import type { Position, TraceEvent } from '@custody/trace';
import { type CarriedNotes, type CarryRequest, carryNotes } from './carry-notes.ts';
import { type CatalogueEntry, catalogueOf, findRun, notesStream } from './catalogue.ts';
import { diffRuns, type RunDiff } from './compare.ts';
import { type DeletedRun, deleteRun, sweepDeleted } from './delete-run.ts';
import type { ExperimentRequest } from './experiment.ts';
import { type HuntRequest, huntRun } from './hunt-run.ts';
import { type ImportedRun, importRecording, type Recording } from './import-recording.ts';
import { type SimulatedRun, simulateRun } from './model-run.ts';
import { noteMails, type TakenMails, type ThreadMail, takeMails } from './note-mails.ts';
import {
  addNote,
  deleteNote,
  editNote,
  labelNote,
  type Moment,
  markPlace,
  type NewLabel,
  type NewNote,
  type NotesOfRun,
  noteHistory,
  notesOf,
  replyToNote,
  resolveNote,
  type Subject,
  undoNotes,
} from './notes.ts';
import { followRun, openRun, openRunByPage, type Run } from './open-run.ts';
import { packRun } from './pack-run.ts';
import type { About, Parcel } from './parcel.ts';
import type { Ports } from './ports.ts';
import { type GuestRecording, recordGuest } from './record-guest.ts';
import type { SchedulerChoice } from './scheduler-choice.ts';
import { type TakenRun, type TakeOptions, takeIn } from './take-in.ts';
import { type Verdict, verifyRun } from './verify-run.ts';

/** Every verb that a person has, once. The command line and the screens are its faces. */
export interface Workbench {
  /** The catalogue, oldest first. */
  readonly runs: () => Promise<readonly CatalogueEntry[]>;
  /** @throws UnknownRunError, RequestError when the reference names no run or several. */
  readonly open: (reference: string) => Promise<Run>;
  /**
   * As `open`, for walking about in a run of any length: what is looked at is read then, and whether all of it can be
   * read is not known before.
   */
  readonly openByPage: (reference: string) => Promise<Run>;
  /** The events of a run that come behind those that it had when it was opened, as they come, until `signal` aborts. */
  readonly follow: (run: Run, signal: StopSignal) => AsyncIterable<TraceEvent>;
  /**
   * Forgets a run with its events and notes; the same recording, imported again, is made anew.
   *
   * @param reference - a whole id or title.
   * @throws UnknownRunError, RequestError when it names no run, several, or is only the beginning of one.
   */
  readonly remove: (reference: string) => Promise<DeletedRun>;
  /** Removes what a deletion that was killed has left behind. @returns how many streams that were. */
  readonly sweep: () => Promise<number>;
  /** @throws NotATraceError, TopologyError, RequestError. */
  readonly importRecording: (recording: Recording, progress?: (events: number) => void) => Promise<ImportedRun>;
  /**
   * Writes what a guest traces while it traces it; the run is closed when the guest has ended, however it did.
   *
   * @throws TopologyError.
   */
  readonly record: (recording: GuestRecording, progress?: (events: number) => void) => Promise<ImportedRun>;
  /**
   * A run as it is now, ready to be sent: to a file, or to `takeIn` of another workbench.
   *
   * @throws UnknownRunError, RequestError as `open`.
   */
  readonly pack: (reference: string) => Promise<Parcel & { readonly about: About }>;
  /** Takes in a run that was sent. @throws RequestError, and whatever reading the parcel throws. */
  readonly takeIn: (parcel: Parcel, options?: TakeOptions) => Promise<TakenRun>;
  /** Compares what is here with a parcel that was taken in, reading both to their ends. */
  readonly verify: (parcel: Parcel, progress?: (events: number) => void) => Promise<Verdict>;
  /** @throws RequestError, RangeError when there is no such variant or scenario, or not in that size. */
  readonly simulate: (experiment: ExperimentRequest, scheduler: SchedulerChoice) => Promise<SimulatedRun>;
  /** As `simulate`, run after run until one shows a violation, which is then shrunk. */
  readonly hunt: (experiment: ExperimentRequest, wanted: HuntRequest) => Promise<SimulatedRun>;
  readonly compare: (left: Run, right: Run, options?: CompareOptions) => RunDiff;
  /** Has anybody ever written a note on the run? Told without reading it, as listing its notes has to. */
  readonly hasNotes: (run: Run) => Promise<boolean>;
  /** The notes on a run, now or as they stood. @throws RequestError when they are not as far as that revision. */
  readonly notes: (run: Run, at?: Moment) => Promise<NotesOfRun>;
  readonly noteHistory: (run: Run) => Promise<readonly HistoryEntry[]>;
  /** @throws RangeError when a position is not of the run; RequestError when there is nothing to say. */
  readonly addNote: (run: Run, about: Position | Subject, note: NewNote) => Promise<NotesOfRun>;
  /** A note is named by its id or the beginning of it. @throws RequestError when there is no such note. */
  readonly replyToNote: (run: Run, note: string, reply: NewNote) => Promise<NotesOfRun>;
  /** `resolved: false` opens it again. */
  readonly resolveNote: (run: Run, note: string, author: string, resolved?: boolean) => Promise<NotesOfRun>;
  /** @throws RequestError when the note or reply is another's. */
  readonly editNote: (run: Run, id: string, edit: NewNote) => Promise<NotesOfRun>;
  /** @throws RequestError when the note, reply or mark is another's. */
  readonly deleteNote: (run: Run, id: string, author: string) => Promise<NotesOfRun>;
  readonly labelNote: (run: Run, note: string, label: NewLabel) => Promise<NotesOfRun>;
  readonly markPlace: (run: Run, name: string, at: Position, author: string) => Promise<NotesOfRun>;
  /** @throws RequestError when both are the same run. */
  readonly carryNotes: (from: Run, to: Run, request: CarryRequest) => Promise<CarriedNotes>;
  /** The notes on a run as threads of mails, which people can reply to. */
  readonly noteMails: (run: Run) => Promise<readonly ThreadMail[]>;
  /** Makes replies of mails that answer notes here; `text` is each mail's own words. Once more adds nothing. */
  readonly takeMails: (mails: readonly ThreadMail[], author: string) => Promise<TakenMails>;
  /** @throws RequestError when there is nothing to undo that still stands. */
  readonly undoNotes: (run: Run, author: string) => Promise<NotesOfRun>;
}

export const workbench = (ports: Ports): Workbench => ({
  runs: async () => [...(await catalogueOf(ports.log)).values()],
  open: async (reference) => openRun(ports.log, findRun(await catalogueOf(ports.log), reference)),
  openByPage: async (reference) => openRunByPage(ports.log, findRun(await catalogueOf(ports.log), reference)),
  follow: (run, signal) => followRun(ports.log, run, signal),
  remove: (reference) => deleteRun(ports, reference),
  sweep: () => sweepDeleted(ports),
  importRecording: (recording, progress) => importRecording(ports, recording, progress),
  record: (recording, progress) => recordGuest(ports, recording, progress),
  pack: async (reference) => packRun(ports.log, findRun(await catalogueOf(ports.log), reference)),
  takeIn: (parcel, options) => takeIn(ports, parcel, options),
  verify: (parcel, progress) => verifyRun(ports, parcel, progress),
  simulate: (experiment, scheduler) => simulateRun(ports, experiment, scheduler),
  hunt: (experiment, wanted) => huntRun(ports, experiment, wanted),
  compare: diffRuns,
  hasNotes: async ({ header: { run }, life }) => (await ports.log.head(notesStream({ run, life }))) > 0,
  notes: (run, at) => notesOf(ports, run, at),
  noteHistory: (run) => noteHistory(ports, run),
  addNote: (run, about, note) => addNote(ports, run, about, note),
  replyToNote: (run, note, reply) => replyToNote(ports, run, note, reply),
  resolveNote: (run, note, author, resolved) => resolveNote(ports, run, note, author, resolved),
  editNote: (run, id, edit) => editNote(ports, run, id, edit),
  deleteNote: (run, id, author) => deleteNote(ports, run, id, author),
  labelNote: (run, note, label) => labelNote(ports, run, note, label),
  markPlace: (run, name, at, author) => markPlace(ports, run, name, at, author),
  carryNotes: (from, to, request) => carryNotes(ports, from, to, request),
  noteMails: (run) => noteMails(ports, run),
  takeMails: (mails, author) => takeMails(ports, mails, author),
  undoNotes: (run, author) => undoNotes(ports, run, author),
});
