import type { RunId } from './ids.ts';
import type { Topology } from './topology.ts';

/** Where a run's events come from: enough to make the run again. */
export type RunSource =
  | { readonly kind: 'recording'; readonly file: string; readonly kernel: string | null; readonly mapping: string }
  | {
      readonly kind: 'simulation';
      readonly variant: string;
      readonly scenario: string;
      readonly scheduler: string;
      readonly seed?: number;
      /** The order in which tasks moved, e.g. `T0 T1*2 T1!fail`. */
      readonly schedule: string;
      /** The scenario's size, where it is not the usual one. */
      readonly devices?: number;
      readonly claimers?: number;
      /** Stores to dev->driver could be late. Default: they were visible at once. */
      readonly stores?: 'late';
      /** All that the variant says, where it is somebody's own and its id alone would not tell. */
      readonly knobs?: Readonly<Record<string, string>>;
    };

/** What is known of a run before its first event. */
export interface RunHeader {
  readonly run: RunId;
  readonly title: string;
  readonly source: RunSource;
  readonly topology: Topology;
}
