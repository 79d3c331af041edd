import type { Workbench } from '@custody/workbench';
import type { JoinedTo } from '../joined.ts';

/** A verb of the command line, for the palette. */
export interface Verb {
  readonly name: string;
  /** As its help prints them: `<run>`, `[scenario...]`. */
  readonly words: readonly string[];
  readonly does: string;
  readonly options: readonly string[];
}

/** What a command printed, and its exit code. */
export interface CommandOutput {
  readonly text: string;
  readonly code: number;
}

/** What the screens can ask of the world outside; an app's `main` chooses it. */
export interface Outside {
  readonly desk: Workbench;
  /** Who writes notes here. */
  readonly author: () => string;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
  /** Lets keys and frames come in between. */
  readonly pause: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Every verb of the command line. */
  readonly verbs: readonly Verb[];
  /** The files and folders that a begun path could become. */
  readonly paths: (begun: string) => readonly string[];
  /** Runs a command line (without the word `custody`) on the same store, as a process of its own. */
  readonly command: (words: readonly string[], signal: AbortSignal) => Promise<CommandOutput>;
  /** Lets the person write a text in their editor, while the terminal is lent. @returns null when it was left empty. */
  readonly edit: (text: string) => Promise<string | null>;
  /** Stops the process, as Ctrl-Z does, until it is continued; while the terminal is lent. */
  readonly stop: () => Promise<void>;
  /** Others on a run that is joined; absent where nothing can be joined. */
  readonly joined?: JoinedTo;
}
