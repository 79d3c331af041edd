import type { RunId } from './ids.ts';
import type { Topology } from './topology.ts';

/** Where a run's events come from: enough to make the run again. */
export type RunSource =
  | {
      readonly kind: 'recording';
      readonly file: string;
      readonly kernel: string | null;
      readonly mapping: string;
      /** Where we recorded it ourselves. */
      readonly guest?: GuestOfRun;
    }
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

/** The guest that a run was recorded in: enough to record its like again. */
export interface GuestOfRun {
  readonly kernel: {
    /** As it was asked for: `6.1`, or the path of a bzImage. */
    readonly name: string;
    readonly release: string;
    /** The Debian package and its version, where it is one. */
    readonly package?: string;
    readonly version?: string;
    /** Of the bzImage. */
    readonly sha256: string;
  };
  readonly scenario: string;
  readonly seed: number;
  readonly seconds?: number;
  readonly loops?: number;
  /** The lines of the topology file. */
  readonly topology: string;
  readonly accelerator: string;
  /** The words after `qemu-system-x86_64`. */
  readonly qemu: readonly string[];
  /** What became of each candidate for a probe: the names of those that were set, were absent and were left out. */
  readonly probes: {
    readonly ok: readonly string[];
    readonly absent: readonly string[];
    readonly skipped: readonly string[];
    /** Name → why the kernel refused it. */
    readonly rejected: Readonly<Record<string, string>>;
  };
}

/** What is known of a run before its first event. */
export interface RunHeader {
  readonly run: RunId;
  readonly title: string;
  readonly source: RunSource;
  readonly topology: Topology;
}
