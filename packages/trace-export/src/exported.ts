import type { Position, RunHeader } from '@custody/trace';

/** Something that a reader of the run must know; `position` where it shows, if anywhere. */
interface Found {
  readonly kind: string;
  readonly text: string;
  readonly position?: Position;
}

/** What is said of a run beside its events. */
export interface Exported {
  readonly header: RunHeader;
  /** null for a run that was never closed. */
  readonly end: {
    readonly events: number;
    readonly complete: boolean;
    readonly findings: readonly Found[];
  } | null;
}
