/** A line of tracefs `trace`/`trace_pipe` or of `trace-cmd report`, taken apart; its fields are still text. */
export interface TraceRecord {
  /** null for `<...>`: the kernel had not cached the name yet. */
  readonly comm: string | null;
  readonly tid: string;
  readonly cpu: number;
  /** Nanoseconds; a clock without fractions (`counter`) counts as it stands. */
  readonly at: number;
  /** The trace event's name. */
  readonly name: string;
  readonly fields: string;
}

export type Line =
  | { readonly kind: 'record'; readonly record: TraceRecord }
  | { readonly kind: 'lost'; readonly cpu: number; readonly count: number | null }
  | { readonly kind: 'comment' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** `comm-tid [cpu] flags seconds.fraction: event: fields`; the flags column is absent in `trace-cmd report`. */
const recordShape =
  /^\s*(.+)-(\d+)\s+(?:\([\s\d-]+\)\s+)?\[(\d+)\]\s+(?:([^\s:]+)\s+)?(\d+)(?:\.(\d+))?: ([^\s:]+): ?(.*)$/s;
const lostShape = /^CPU:(\d+) \[(?:LOST (?:(\d+) )?EVENTS|(?:(\d+) )?EVENTS DROPPED)\]$/;
/** trace-cmd report puts the name of a buffer that is not the top one in front: `dat:   sh-530`. */
const bufferShape = /^\S+:\s+/;

const nanosecondsOf = (seconds: string, fraction: string | undefined): number =>
  fraction === undefined ? Number(seconds) : Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0').slice(0, 9));

const nameOf = (comm: string): string | null => {
  const name = comm.replace(bufferShape, '');
  return name === '<...>' ? null : name;
};

/** What was written to trace_marker; trace-cmd report puts the function's name in front. */
export const markerText = (fields: string): string => fields.replace(/^tracing_mark_write: /, '').trim();

/** One line without its newline. Total: what it cannot read it returns with the reason. */
export const parseLine = (text: string): Line => {
  if (text.trim() === '' || text.startsWith('#') || text.startsWith('version = ') || /^cpus=\d+$/.test(text)) {
    return { kind: 'comment' };
  }
  const lost = lostShape.exec(text);
  if (lost) {
    const count = lost[2] ?? lost[3];
    return { kind: 'lost', cpu: Number(lost[1]), count: count === undefined ? null : Number(count) };
  }
  const parts = recordShape.exec(text);
  if (!parts) return { kind: 'unreadable', reason: 'not of the form "comm-pid [cpu] time: event: fields"' };
  const [, comm = '', tid = '', cpu, , seconds = '', fraction, name = '', fields = ''] = parts;
  const at = nanosecondsOf(seconds, fraction);
  if (!Number.isSafeInteger(at)) return { kind: 'unreadable', reason: `time ${seconds} is past 2^53 nanoseconds` };
  return {
    kind: 'record',
    record: { comm: nameOf(comm), tid, cpu: Number(cpu), at, name, fields },
  };
};
