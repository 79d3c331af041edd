import type { EventLog } from '@custody/log';

/** What the verbs need of the outside world; an app's `main` chooses them. */
export interface Ports {
  readonly log: EventLog;
  /** The time now, as ISO 8601 in UTC. */
  readonly now: () => string;
  /** A hex digest of the text, the same everywhere: run ids are made of it. */
  readonly digest: (text: string) => string;
  /** A fresh id for a note. */
  readonly newId: () => string;
}
