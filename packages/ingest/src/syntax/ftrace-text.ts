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
  | { readonly kind: 'lost'; readonly cpu: number; readonly count: number }
  | { readonly kind: 'comment' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** `comm-tid [cpu] flags seconds.fraction: event: fields`; the flags column is absent in `trace-cmd report`. */
const recordShape =
  /^\s*(.+)-(\d+)\s+(?:\([\s\d-]+\)\s+)?\[(\d+)\]\s+(?:([^\s:]+)\s+)?(\d+)(?:\.(\d+))?: ([^\s:]+): ?(.*)$/;
const lostShape = /^CPU:(\d+) \[(?:LOST (\d+) EVENTS|(\d+) EVENTS DROPPED)\]$/;

const nanosecondsOf = (seconds: string, fraction: string | undefined): number =>
  fraction === undefined ? Number(seconds) : Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0').slice(0, 9));

/** One line without its newline. Total: what it cannot read it returns with the reason. */
export const parseLine = (text: string): Line => {
  if (text.trim() === '' || text.startsWith('#') || text.startsWith('version = ') || /^cpus=\d+$/.test(text)) {
    return { kind: 'comment' };
  }
  const lost = lostShape.exec(text);
  if (lost) return { kind: 'lost', cpu: Number(lost[1]), count: Number(lost[2] ?? lost[3]) };
  const parts = recordShape.exec(text);
  if (!parts) return { kind: 'unreadable', reason: 'not of the form "comm-pid [cpu] time: event: fields"' };
  const [, comm = '', tid = '', cpu, , seconds = '', fraction, name = '', fields = ''] = parts;
  const at = nanosecondsOf(seconds, fraction);
  if (!Number.isSafeInteger(at)) return { kind: 'unreadable', reason: `time ${seconds} is past 2^53 nanoseconds` };
  return {
    kind: 'record',
    record: { comm: comm === '<...>' ? null : comm, tid, cpu: Number(cpu), at, name, fields },
  };
};
