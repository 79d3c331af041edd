import type { Line, TraceRecord } from '../line.ts';
import type { ProbeFields } from '../probe-fields.ts';
import { isTooFar, type TimeOf, timeOf } from './clock.ts';
import type { Decompressors } from './compression.ts';
import { type BufferPages, type Container, type CpuPages, readContainer } from './container.ts';
import { textOf } from './cursor.ts';
import { TraceDatError } from './error.ts';
import { type EventFormat, idOf, parseFormat } from './event-format.ts';
import { type Machine, type Printer, printerOf } from './print-event.ts';
import type { RawEvent } from './raw-event.ts';
import { Page, type PageLayout, pageLayout } from './ring-buffer.ts';
import { type KernelSymbol, readCommandLines, readKallsyms, readPrintkFormats, type SymbolAt } from './symbols.ts';

export { isTraceDat } from './container.ts';

/** A buffer (instance) of a recording. */
interface TraceDatBuffer {
  /** null for the top buffer. */
  readonly name: string | null;
  readonly clock: string | null;
  /** The CPUs that have data in it. */
  readonly cpus: readonly number[];
}

/** A trace.dat that was opened: what it says of itself, and its events. */
export interface TraceDat {
  readonly version: 6 | 7;
  readonly compression: string;
  /** The clock in use, such as "mono"; null when the file does not say. */
  readonly clock: string | null;
  /** `Linux host 6.1.0-56-amd64 x86_64` */
  readonly uname: string | null;
  /** The trace-cmd that wrote it. */
  readonly traceCmd: string | null;
  readonly cpus: number;
  readonly buffers: readonly TraceDatBuffer[];
  /** The `stats` file of each CPU, where it was kept; a text that begins with "Buffer:" heads those of an instance. */
  readonly stats: readonly string[];
  /** How many events the file has formats of. */
  readonly formats: number;
  /** What in the file could not be read beside its events, with the reason. */
  readonly refused: readonly string[];
  /** What the reader had to do otherwise than the file asks. */
  readonly notes: readonly string[];
  /** The function that an address lies in, by the recorded kallsyms. */
  readonly symbolAt: (address: bigint) => KernelSymbol | null;
  /** All events in the order of time; may be called again. */
  readonly lines: () => Generator<Line>;
  /** Events, of those read so far, whose print format was not understood: `fields` has `name=value` of each field. */
  readonly unprintable: () => readonly string[];
}

/** A task as the records of it name it. */
interface Task {
  readonly comm: string | null;
  readonly tid: string;
}

/** An event of trace.dat. Its text is made when it is asked for, out of the page that it lies in. */
class DatRecord implements TraceRecord, RawEvent {
  readonly cpu: number;
  readonly at: number;
  readonly buffer: string | null;
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly #event: KnownEvent;
  readonly #task: Task;
  #values: ProbeFields | undefined;

  constructor(event: KnownEvent, task: Task, stream: CpuStream, page: Page) {
    this.#event = event;
    this.#task = task;
    this.cpu = stream.cpu;
    this.at = stream.time;
    this.buffer = stream.buffer;
    this.view = page.view;
    this.bytes = page.bytes;
    this.start = page.at;
    this.end = page.at + page.length;
  }

  get comm(): string | null {
    return this.#task.comm;
  }

  get tid(): string {
    return this.#task.tid;
  }

  get name(): string {
    return this.#event.format.name;
  }

  get fields(): string {
    return this.#event.printer.fields(this);
  }

  get values(): ProbeFields {
    this.#values ??= this.#event.printer.values(this);
    return this.#values;
  }
}

interface KnownEvent {
  readonly format: EventFormat;
  readonly printer: Printer;
  /** Where the event keeps its task, and in how many bytes. */
  readonly pidAt: number;
}

/** The formats by id; one is read when its first event comes. */
class Events {
  readonly #texts = new Map<number, { readonly system: string; readonly text: string }>();
  readonly #known: (KnownEvent | null)[] = [];
  readonly #machine: Machine;
  readonly unprintable = new Set<string>();

  constructor({ formats }: Container, machine: Machine) {
    this.#machine = machine;
    for (const { system, text: bytes } of formats) {
      const text = textOf(bytes);
      const id = idOf(text.slice(0, 512));
      if (id !== null) this.#texts.set(id, { system, text });
    }
  }

  get size(): number {
    return this.#texts.size;
  }

  of(id: number): KnownEvent | null {
    let event = this.#known[id];
    if (event === undefined) {
      event = this.#read(id);
      this.#known[id] = event;
    }
    return event;
  }

  #read(id: number): KnownEvent | null {
    const file = this.#texts.get(id);
    const format = file === undefined ? null : parseFormat(file.system, file.text, this.#machine.longSize);
    const pid = format?.fields.get('common_pid');
    if (!format || pid?.size !== 4) return null;
    const printer = printerOf(format, this.#machine);
    if (printer.fallback) this.unprintable.add(format.name);
    return { format, printer, pidAt: pid.offset };
  }
}

/** The names of tasks. */
class Tasks {
  readonly #names: ReadonlyMap<number, string>;
  readonly #known = new Map<number, Task>();

  constructor(commandLines: string) {
    this.#names = readCommandLines(commandLines);
  }

  of(pid: number): Task {
    let task = this.#known.get(pid);
    if (task === undefined) {
      task = { comm: pid === 0 ? '<idle>' : (this.#names.get(pid) ?? null), tid: String(pid) };
      this.#known.set(pid, task);
    }
    return task;
  }
}

/** What the streams of a file share. */
interface Reading {
  readonly events: Events;
  readonly tasks: Tasks;
  readonly layout: PageLayout;
  readonly timeOf: TimeOf | null;
}

/** The pages of a CPU one by one, with where they lie in the file. */
function* pagesOf(
  { blocks }: CpuPages,
  pageSize: number,
): Generator<{ readonly bytes: Uint8Array; readonly at: number }> {
  for (const { bytes, at } of blocks()) {
    for (let from = 0; from < bytes.length; from += pageSize) {
      yield { bytes: bytes.subarray(from, from + pageSize), at: at + from };
    }
  }
}

/** The lines of one CPU of one buffer. `line` is the one at hand, null at the end; `time` is its time. */
class CpuStream {
  readonly cpu: number;
  readonly buffer: string | null;
  line: Line | null = null;
  time = 0;
  readonly #reading: Reading;
  readonly #pages: ReturnType<typeof pagesOf>;
  #page: Page | null = null;
  #pageAt = 0;
  /** What is to be told before the next event. */
  readonly #first: Line[] = [];

  constructor(buffer: BufferPages, pages: CpuPages, reading: Reading) {
    this.cpu = pages.cpu;
    this.buffer = buffer.name;
    this.#reading = reading;
    this.#pages = pagesOf(pages, buffer.pageSize);
  }

  /** Moves on to the next line. */
  advance(): void {
    this.line = this.#next();
  }

  #unreadable(reason: string): Line {
    const where = this.buffer === null ? '' : ` of buffer ${this.buffer}`;
    return { kind: 'unreadable', reason: `CPU ${this.cpu}${where}, page at byte ${this.#pageAt}: ${reason}` };
  }

  #next(): Line | null {
    for (;;) {
      const waiting = this.#first.shift();
      if (waiting) return waiting;
      const page = this.#page;
      if (page?.next()) return this.#event(page);
      if (page?.trouble) {
        const { trouble } = page;
        this.#page = null;
        this.#first.push({ kind: 'lost', cpu: this.cpu, count: null });
        return this.#unreadable(`${trouble}; what follows in it is not read`);
      }
      if (!this.#open()) return this.#first.shift() ?? null;
    }
  }

  /** Opens the next page. What goes wrong in getting at it ends this CPU, not the others. */
  #open(): boolean {
    this.#page = null;
    try {
      const { value, done } = this.#pages.next();
      if (done) return false;
      this.#pageAt = value.at;
      const page = new Page(value.bytes, this.#reading.layout);
      this.#page = page;
      if (page.lost) {
        this.#first.push({ kind: 'lost', cpu: this.cpu, count: page.lost.count });
        // A page's time is that of its first event, the one that comes after the gap.
        this.time = this.#timeOf(page) ?? this.time;
      }
      return true;
    } catch (error) {
      if (!(error instanceof TraceDatError)) throw error;
      this.#first.push({ kind: 'unreadable', reason: error.message });
      return false;
    }
  }

  #timeOf({ origin, originNumber, since }: Page): number | null {
    const { timeOf: convert } = this.#reading;
    if (!Number.isSafeInteger(since)) return null;
    if (convert !== null) return convert(origin + BigInt(since), this.cpu);
    const time = originNumber + since;
    return Number.isSafeInteger(time) ? time : null;
  }

  #event(page: Page): Line {
    const { events, tasks, layout } = this.#reading;
    const at = this.#timeOf(page);
    if (at === null) {
      return this.#unreadable('the time of an event is not below 2^53 nanoseconds');
    }
    this.time = at;
    if (page.length < 2) return this.#unreadable(`an event has ${page.length} bytes`);
    const id = page.view.getUint16(page.at, layout.little);
    const event = events.of(id);
    if (event === null) return this.#unreadable(`an event has id ${id}, which no format in the file describes`);
    if (page.length < event.format.leastSize) {
      const { name, leastSize } = event.format;
      return this.#unreadable(`an event ${name} has ${page.length} bytes, but its format needs ${leastSize}`);
    }
    const task = tasks.of(page.view.getInt32(page.at + event.pidAt, layout.little));
    return { kind: 'record', record: new DatRecord(event, task, this, page) };
  }
}

/** All streams in the order of time; at equal times the earlier buffer, then the lower CPU, as trace-cmd does. */
function* merge(streams: readonly CpuStream[]): Generator<Line> {
  const order = new Map(streams.map((stream, index) => [stream, index]));
  const before = (left: CpuStream, right: CpuStream): boolean =>
    left.time < right.time || (left.time === right.time && (order.get(left) ?? 0) < (order.get(right) ?? 0));
  for (const stream of streams) stream.advance();
  const waiting = streams.filter(({ line }) => line !== null).sort((left, right) => (before(left, right) ? -1 : 1));
  for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
    const { line } = first;
    if (line !== null) yield line;
    first.advance();
    if (first.line === null) {
      waiting.shift();
      continue;
    }
    // Mostly one CPU goes on alone for a while, so the way to its new place is short.
    let place = 0;
    for (let next = waiting[1]; next !== undefined && before(next, first); next = waiting[place + 1]) {
      waiting[place] = next;
      place += 1;
    }
    waiting[place] = first;
  }
}

const clockOf = ({ options, buffers }: Container): string | null =>
  /\[([^\]]+)\]/.exec(options.traceClock ?? '')?.[1] ?? buffers.find(({ clock }) => clock !== null)?.clock ?? null;

const smallestPage = 64;
const largestPage = 64 * 1024 * 1024;

const machineOf = (container: Container, layout: PageLayout): Machine => {
  let symbols: SymbolAt | null = null;
  return {
    little: container.little,
    longSize: layout.commitSize,
    symbolAt: (address) => {
      symbols ??= readKallsyms(container.kallsyms());
      return symbols(address);
    },
    printk: readPrintkFormats(container.printk),
  };
};

/**
 * Opens a trace.dat, version 6 or 7, as trace-cmd writes it.
 *
 * @param bytes - the whole file. Records keep hold of its pages.
 * @param tools - decompressors; they must give no more than the asked size.
 * @throws TraceDatError when its head or, in version 6, anything before its events cannot be read. What is wrong
 *   further on is told in `refused` and by `unreadable` lines in the place of what is missing.
 * @see trace-cmd.dat.v7(5), trace-cmd.dat.v6(5)
 */
export const readTraceDat = (bytes: Uint8Array, tools: Decompressors): TraceDat => {
  const container = readContainer(bytes, tools);
  const { version, compression, options, buffers, refused } = container;
  const layout = pageLayout(container.headerPage, container.little, container.longSize);
  const machine = machineOf(container, layout);
  const events = new Events(container, machine);
  const tasks = new Tasks(container.commandLines);
  // The top buffer comes first, whatever the order in the file.
  const ordered = buffers.toSorted((left, right) => Number(left.name !== null) - Number(right.name !== null));

  function* lines(): Generator<Line> {
    container.restart();
    for (const reason of refused) yield { kind: 'unreadable', reason };
    const streams: CpuStream[] = [];
    for (const buffer of ordered) {
      const called = buffer.name === null ? 'the top buffer' : `buffer ${buffer.name}`;
      if (buffer.latency) {
        yield {
          kind: 'unreadable',
          reason: `${called} holds a latency tracer's text, no events; trace-cmd report shows it`,
        };
      } else if (buffer.pageSize < smallestPage || buffer.pageSize > largestPage) {
        yield { kind: 'unreadable', reason: `${called} has pages of ${buffer.pageSize} bytes, which no kernel makes` };
      } else {
        const reading = { events, tasks, layout, timeOf: timeOf(options) };
        streams.push(...buffer.cpus.map((pages) => new CpuStream(buffer, pages, reading)));
      }
    }
    yield* merge(streams);
  }

  return {
    version,
    compression,
    clock: clockOf(container),
    uname: options.uname,
    traceCmd: options.traceCmd,
    cpus: options.cpuCount ?? Math.max(0, ...buffers.map(({ cpus }) => cpus.length)),
    buffers: ordered.map(({ name, clock, cpus }) => ({ name, clock, cpus: cpus.map(({ cpu }) => cpu) })),
    stats: options.stats,
    formats: events.size,
    refused,
    notes: isTooFar(options)
      ? [`times are those of the trace's own clock: moved by ${options.offset} ns, as asked, they would be beyond 2^53`]
      : [],
    symbolAt: machine.symbolAt,
    lines,
    unprintable: () => [...events.unprintable].sort(),
  };
};
