import type { Replayer } from '@custody/replay';
import type { Position, RunHeader, Timeline } from '@custody/trace';
import type { RenderOptions } from 'ink';

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

/** Something a property or a check has to say about a position. */
interface Finding {
  readonly position: Position;
  readonly text: string;
}

/** Everything the replay screen needs to know; it reads nothing else. */
export interface ReplayView {
  readonly title: string;
  readonly header: RunHeader;
  readonly timeline: Timeline;
  readonly replayer: Replayer;
  readonly start: Position;
  readonly notes: readonly NoteView[];
  readonly findings: readonly Finding[];
  /** Keeps a note and answers with all notes of the run; absent when notes cannot be written. */
  readonly addNote?: (at: Position, body: string) => Promise<readonly NoteView[]>;
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
