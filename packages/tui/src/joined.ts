import type { Position, RunId } from '@custody/trace';

/** Somebody else who looks at the same run now. */
export interface Peer {
  readonly name: string;
  /** Where they look; null when they do not say. */
  readonly position: Position | null;
}

/** A run that is looked at together with others. */
export interface Joined {
  readonly peers: () => readonly Peer[];
  /** Calls `changed` whenever a note or a peer's place is another, until the signal aborts. */
  readonly watch: (changed: () => void, signal: AbortSignal) => Promise<void>;
  /** Shows the others where one looks. */
  readonly show: (at: Position) => void;
}

/** The run together with others; null when it is not joined. */
export type JoinedTo = (run: RunId) => Joined | null;
