import type { EventLog } from '@custody/log';

/** A digest of a text that comes in pieces. */
export interface RunningDigest {
  readonly add: (text: string) => void;
  /** In hex; nothing can be added afterwards. */
  readonly end: () => string;
}

/** What the verbs need of the outside world; an app's `main` chooses them. */
export interface Ports {
  readonly log: EventLog;
  /** The time now, as ISO 8601 in UTC. */
  readonly now: () => string;
  /** A hex digest of the text, the same everywhere: run ids are made of it. */
  readonly digest: (text: string) => string;
  /** SHA-256 of what is added, as UTF-8. */
  readonly running: () => RunningDigest;
  /** A fresh id for a note. */
  readonly newId: () => string;
}
