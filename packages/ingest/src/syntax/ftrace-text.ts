import type { Line, TraceRecord } from './line.ts';
import { type ProbeFields, parseFields } from './probe-fields.ts';

/** `comm-tid [cpu] flags seconds.fraction: event: fields`; the flags column is absent in `trace-cmd report`. */
const recordShape =
  /^\s*(.+)-(\d+)\s+(?:\([\s\d-]+\)\s+)?\[(\d+)\]\s+(?:([^\s:]+)\s+)?(\d+)(?:\.(\d+))?: ([^\s:]+): ?(.*)$/s;
const lostShape = /^CPU:(\d+) \[(?:LOST (?:(\d+) )?EVENTS|(?:(\d+) )?EVENTS DROPPED)\]$/;
/** trace-cmd report puts the name of a buffer that is not the top one in front: `dat:   sh-530`. */
const bufferShape = /^(\S+):\s+/;

const nanosecondsOf = (seconds: string, fraction: string | undefined): number =>
  fraction === undefined ? Number(seconds) : Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0').slice(0, 9));

const nameOf = (comm: string): string | null => (comm === '<...>' ? null : comm);

class TextRecord implements TraceRecord {
  readonly comm: string | null;
  readonly buffer: string | null;
  readonly tid: string;
  readonly cpu: number;
  readonly at: number;
  readonly name: string;
  readonly fields: string;
  #values: ProbeFields | undefined;

  constructor(said: Omit<TraceRecord, 'values'>) {
    this.comm = said.comm;
    this.buffer = said.buffer;
    this.tid = said.tid;
    this.cpu = said.cpu;
    this.at = said.at;
    this.name = said.name;
    this.fields = said.fields;
  }

  get values(): ProbeFields {
    this.#values ??= parseFields(this.fields);
    return this.#values;
  }
}

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
  const buffer = bufferShape.exec(comm);
  const said = { comm: nameOf(comm.slice(buffer?.[0].length ?? 0)), buffer: buffer?.[1] ?? null };
  return { kind: 'record', record: new TextRecord({ ...said, tid, cpu: Number(cpu), at, name, fields }) };
};
