import type { GrowingTimeline, Replayer } from '@custody/replay';
import type { Position, RunHeader, Timeline, TraceEvent } from '@custody/trace';
import type { Crossroads } from '@custody/workbench';
import type { RenderOptions } from 'ink';
import type { Outside } from './shell/outside.ts';
import type { Standing } from './shell/screen.ts';

/** A note as the screen shows it. */
export interface NoteView {
  readonly id: string;
  /** Where it is anchored in this run. */
  readonly position: Position;
  readonly author: string;
  readonly body: string;
  readonly replies: readonly { readonly author: string; readonly body: string }[];
  readonly resolved: boolean;
}

/** A case of the mail, met by a departing driver. */
export interface CaseView {
  readonly position: Position;
  readonly text: string;
}

/** Something a property or a check has to say about a position. */
interface Finding {
  readonly position: Position;
  readonly text: string;
}

/** Everything the replay screen needs to know; it reads nothing else. */
export interface ReplayView {
  readonly title: string;
  readonly header: RunHeader;
  /** Grows where the run can be followed. */
  readonly timeline: Timeline & Partial<Pick<GrowingTimeline, 'add'>>;
  readonly replayer: Replayer;
  readonly start: Position;
  readonly notes: readonly NoteView[];
  readonly findings: readonly Finding[];
  /** All notes of the run as they are now; absent when there is no more to read than `notes`. */
  readonly readNotes?: (signal: AbortSignal) => Promise<readonly NoteView[]>;
  /** Which cases the run met; absent where that would take long. Null when it was given up. */
  readonly readCases?: (outside: Outside, signal: AbortSignal) => Promise<readonly CaseView[] | null>;
  /** New events of a run that is being recorded, as they come; absent when it is closed. */
  readonly follow?: (signal: AbortSignal) => AsyncIterable<TraceEvent>;
  /** Who could have moved at a position; absent in a recording. */
  readonly crossroads?: (at: Position) => Crossroads;
  /** Opens the simulated run in which that was done next instead. */
  readonly instead?: (outside: Outside, schedule: string) => Promise<Standing>;
  /** Keeps a note and answers with all notes of the run; absent when notes cannot be written. */
  readonly addNote?: (at: Position, body: string, signal: AbortSignal) => Promise<readonly NoteView[]>;
}

/** The streams of a terminal; `process.stdin` and `process.stdout` are ones. */
export interface Terminal {
  readonly stdin: NonNullable<RenderOptions['stdin']> & {
    readonly isTTY?: boolean;
    readonly setRawMode?: (isRaw: boolean) => unknown;
  };
  readonly stdout: NonNullable<RenderOptions['stdout']> & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
    /** node:tty answers this from TERM, NO_COLOR and FORCE_COLOR. */
    readonly hasColors?: () => boolean;
  };
}

/** Columns and rows of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}
