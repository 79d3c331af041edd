import type { Line, TraceRecord } from './line.ts';
import { type ProbeFields, parseFields } from './probe-fields.ts';
import { grown, type Words } from './words.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** trace-cmd report puts the name of a buffer that is not the top one in front: `dat:   sh-530`. */
const bufferShape = /^(\S+):\s+/;

type Task = Pick<TraceRecord, 'comm' | 'buffer'>;

const taskOf = (printed: string): Task => {
  const buffer = bufferShape.exec(printed);
  const comm = printed.slice(buffer?.[0].length ?? 0);
  return { comm: comm === '<...>' ? null : comm, buffer: buffer?.[1] ?? null };
};

class TextRecord implements TraceRecord {
  readonly comm: string | null;
  readonly buffer: string | null;
  readonly tid: string;
  readonly cpu: number;
  readonly at: number;
  readonly name: string;
  readonly fields: string;
  #values: ProbeFields | undefined;

  constructor({ comm, buffer }: Task, said: Pick<TraceRecord, 'tid' | 'cpu' | 'at' | 'name' | 'fields'>) {
    this.comm = comm;
    this.buffer = buffer;
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

/** In the column `cpu`: this row is no record but the one of `others` whose index stands in `name`. */
const noRecord = -1;

/**
 * A chunk of text taken apart: a row for each event and for each line that is none. What a record says stays in
 * `bytes` until somebody asks for the line. Good until the next chunk is read; lines that were made of it stay.
 */
export class Columns {
  bytes: Uint8Array = new Uint8Array(0);
  /** The same bytes, to read four at once; it has four more, whatever they are. */
  view = new DataView(new ArrayBuffer(0));
  rows = 0;
  /** Nanoseconds; of a clock without fractions what it shows. */
  at = new Float64Array(1024);
  cpu = new Int32Array(1024);
  /** Numbers of words: the task's name as it is printed, its pid, the event's name. */
  comm = new Uint32Array(1024);
  tid = new Uint32Array(1024);
  name = new Uint32Array(1024);
  /** The fields are `bytes[from, to)`. */
  from = new Uint32Array(1024);
  to = new Uint32Array(1024);
  /** How many lines of text the row took. */
  lines = new Uint32Array(1024);
  others: Line[] = [];
  readonly words: Words;
  /** By the number of their word. */
  #tasks: Task[] = [];

  constructor(words: Words) {
    this.words = words;
  }

  begin(): void {
    this.bytes = new Uint8Array(0);
    this.rows = 0;
    this.others = [];
    if (this.words.forgetWhenMany()) this.#tasks = [];
  }

  /** A row for a record whose fields begin at `from`; where they end is set afterwards. */
  addRecord(at: number, cpu: number, comm: number, tid: number, name: number, from: number): void {
    const row = this.rows;
    if (row === this.at.length) this.#grow();
    this.at[row] = at;
    this.cpu[row] = cpu;
    this.comm[row] = comm;
    this.tid[row] = tid;
    this.name[row] = name;
    this.from[row] = from;
    this.lines[row] = 1;
    this.rows = row + 1;
  }

  /** The last row's fields go on in one more line, up to `to`. */
  extend(to: number): void {
    this.to[this.rows - 1] = to;
    this.lines[this.rows - 1] = (this.lines[this.rows - 1] as number) + 1;
  }

  /** A row for a line that is no record. */
  addOther(line: Line): void {
    if (this.rows === this.at.length) this.#grow();
    this.cpu[this.rows] = noRecord;
    this.name[this.rows] = this.others.length;
    this.lines[this.rows] = 1;
    this.others.push(line);
    this.rows += 1;
  }

  isRecord(row: number): boolean {
    return this.cpu[row] !== noRecord;
  }

  line(row: number): Line {
    if (!this.isRecord(row)) return this.others[this.name[row] as number] as Line;
    const lines = this.lines[row] as number;
    const fields = decoder.decode(this.bytes.subarray(this.from[row], this.to[row]));
    const record = new TextRecord(this.#task(this.comm[row] as number), {
      tid: this.words.textOf(this.tid[row] as number),
      cpu: this.cpu[row] as number,
      at: this.at[row] as number,
      name: this.words.textOf(this.name[row] as number),
      // A newline of the file may be \r\n; within an argument it is the one that the kernel was given.
      fields: lines === 1 ? fields : fields.replaceAll('\r\n', '\n'),
    });
    return lines === 1 ? { kind: 'record', record } : { kind: 'record', record, lines };
  }

  *[Symbol.iterator](): Generator<Line, void> {
    for (let row = 0; row < this.rows; row += 1) yield this.line(row);
  }

  #grow(): void {
    const size = this.at.length * 2;
    this.at = grown(this.at, new Float64Array(size));
    this.cpu = grown(this.cpu, new Int32Array(size));
    this.comm = grown(this.comm, new Uint32Array(size));
    this.tid = grown(this.tid, new Uint32Array(size));
    this.name = grown(this.name, new Uint32Array(size));
    this.from = grown(this.from, new Uint32Array(size));
    this.to = grown(this.to, new Uint32Array(size));
    this.lines = grown(this.lines, new Uint32Array(size));
  }

  #task(word: number): Task {
    const known = this.#tasks[word];
    if (known !== undefined) return known;
    const task = taskOf(this.words.textOf(word));
    this.#tasks[word] = task;
    return task;
  }
}
