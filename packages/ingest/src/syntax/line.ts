import type { ProbeFields } from './probe-fields.ts';

/** One event of a trace as it was written, from a line of text or from trace.dat: taken apart, not yet understood. */
export interface TraceRecord {
  /** null for `<...>`: the kernel had not cached the name yet. */
  readonly comm: string | null;
  readonly tid: string;
  readonly cpu: number;
  /** Nanoseconds; a clock without fractions (`counter`) counts as it stands. */
  readonly at: number;
  /** The trace event's name, without its system. */
  readonly name: string;
  /** The buffer (instance) that it lay in; null for the top one, and where the text does not say. */
  readonly buffer: string | null;
  /** What the kernel prints behind the name. */
  readonly fields: string;
  /** The fields by name; taken apart when they are asked for. */
  readonly values: ProbeFields;
}

/** A line of a trace, or what trace.dat has in its place. */
export type Line =
  | {
      readonly kind: 'record';
      readonly record: TraceRecord;
      /** How many lines of the file it took, where there are lines and it was not one. */
      readonly lines?: number;
    }
  /** Events of that CPU are missing here; `count` is null when the kernel did not say how many. */
  | { readonly kind: 'lost'; readonly cpu: number; readonly count: number | null }
  | { readonly kind: 'comment' }
  | {
      readonly kind: 'unreadable';
      readonly reason: string;
      /** The file ends in the middle of it. */
      readonly isCut?: true;
    };

/** What was written to trace_marker; trace-cmd report puts the function's name in front. */
export const markerText = (fields: string): string => fields.replace(/^tracing_mark_write: /, '').trim();
