import { NotATraceError } from './not-a-trace-error.ts';
import type { Line, TraceRecord } from './syntax/line.ts';
import type { ProbeFields } from './syntax/probe-fields.ts';
import { TextReader } from './syntax/text-reader.ts';
import type { Decompressors } from './syntax/trace-dat/compression.ts';
import { TraceDatError } from './syntax/trace-dat/error.ts';
import { isTraceDat, readTraceDat, type TraceDat } from './syntax/trace-dat/trace-dat.ts';

/** A recording's bytes. */
export interface TraceSource {
  /** From the beginning, in pieces of any size; can be asked for again. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** What a trace.dat is packed with; without them one that is packed is refused. */
  readonly unpack?: Decompressors | undefined;
}

/** A trace of whatever format: its lines, and what it says of itself beside them. */
export interface OpenedTrace {
  readonly format: 'text' | 'trace.dat';
  /** Text that names the kernel (`uname -a`, a release); null when nothing does. */
  readonly uname: string | null;
  /** The kernel's `stats` of each CPU; null where the format has none. */
  readonly stats: string | null;
  /** What could not be read, or not as the file asks; in words. */
  readonly doubts: readonly string[];
  /** Parts of the file are damaged, so that events are missing. */
  readonly isDamaged: boolean;
  /** Some at a time, in the order of the file, or of time. */
  readonly lines: () => AsyncGenerator<Iterable<Line>, void>;
}

const headLines = 200;
/** In bytes; no 200 lines are so long. */
const longestHead = 1 << 20;

/** The first bytes of a source, and its first lines, without their newlines. */
interface Head {
  readonly bytes: Uint8Array;
  readonly lines: readonly string[];
}

/** The first lines of a text. */
export const firstLines = (text: string): readonly string[] => {
  const lines = text.split('\n', headLines).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

export const headOf = async ({ open }: TraceSource): Promise<Head> => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let first: Uint8Array = new Uint8Array();
  let text = '';
  let newlines = 0;
  for await (const bytes of open()) {
    if (first.length < 16) first = joined([first, bytes.subarray(0, 16)]);
    const piece = decoder.decode(bytes.subarray(0, longestHead), { stream: true });
    text += piece;
    newlines += piece.split('\n').length - 1;
    if (newlines >= headLines || text.length > longestHead) break;
  }
  return { bytes: first, lines: firstLines(text) };
};

const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/** All lines of a text that is at hand as a whole. */
export function* linesOf(text: string): Generator<Line, void> {
  const reader = new TextReader();
  for (const lines of reader.read(new TextEncoder().encode(text))) yield* lines;
  yield* reader.end();
}

const assertTrace = (lines: readonly string[]): void => {
  if (linesOf(`${lines.join('\n')}\n`).some(({ kind }) => kind === 'record')) return;
  const first = lines.find((line) => line.trim() !== '');
  throw new NotATraceError(
    `Cannot read this as a trace: none of its first ${lines.length} lines has the form "comm-pid [cpu] time: event: ` +
      `fields"${first === undefined ? ', it is empty' : `; the first is ${JSON.stringify(first.slice(0, 60))}`}. ` +
      'Give tracefs text (trace, trace_pipe), the output of trace-cmd report, or a trace.dat',
  );
};

/** A trace of text of which nothing is known beforehand, as it is only made now. */
export const liveTrace: Omit<OpenedTrace, 'lines'> = {
  format: 'text',
  uname: null,
  stats: null,
  doubts: [],
  isDamaged: false,
};

/** A trace of text, by its first lines. @throws NotATraceError when none of them is a trace line. */
export const textTrace = (first: readonly string[], lines: OpenedTrace['lines']): OpenedTrace => {
  assertTrace(first);
  const marker = first.find((line) => line.includes(' uname='));
  return { ...liveTrace, uname: marker === undefined ? null : marker.slice(marker.indexOf(' uname=')), lines };
};

/** A probe's address as trace-cmd prints it, and for a return where it returns to before it. */
const bareAddresses = /^\(([0-9a-f]{8,16})(?: <- ([0-9a-f]{8,16}))?\)/;

/** As the record, with the functions of its probe in place of bare addresses, as the kernel prints them. */
class NamedRecord implements TraceRecord {
  readonly #of: TraceRecord;
  readonly #symbolAt: TraceDat['symbolAt'];
  #fields: string | undefined;

  constructor(of: TraceRecord, symbolAt: TraceDat['symbolAt']) {
    this.#of = of;
    this.#symbolAt = symbolAt;
  }

  get comm(): string | null {
    return this.#of.comm;
  }
  get tid(): string {
    return this.#of.tid;
  }
  get cpu(): number {
    return this.#of.cpu;
  }
  get at(): number {
    return this.#of.at;
  }
  get name(): string {
    return this.#of.name;
  }
  get buffer(): string | null {
    return this.#of.buffer;
  }
  get values(): ProbeFields {
    return this.#of.values;
  }
  get fields(): string {
    this.#fields ??= this.#of.fields.replace(bareAddresses, (whole, left: string, right: string | undefined) => {
      if (right === undefined) return `(${this.#placeOf(left) ?? left})`;
      const probed = this.#symbolAt(BigInt(`0x${left}`))?.name;
      return probed === undefined ? whole : `(${this.#placeOf(right) ?? right} <- ${probed})`;
    });
    return this.#fields;
  }

  /** `really_probe+0x0/0x0`: the size of a function is not in kallsyms, and nobody reads it. */
  #placeOf(hex: string): string | null {
    const address = BigInt(`0x${hex}`);
    const symbol = this.#symbolAt(address);
    return symbol === null ? null : `${symbol.name}+0x${(address - symbol.start).toString(16)}/0x0`;
  }
}

const noTools: Decompressors = {
  inflate: () => {
    throw new Error('there is nothing to unpack it with');
  },
  zstd: () => {
    throw new Error('there is nothing to unpack it with');
  },
};

const openDat = async ({ open, unpack = noTools }: TraceSource): Promise<OpenedTrace> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of open()) pieces.push(piece);
  let dat: TraceDat;
  try {
    dat = readTraceDat(joined(pieces), unpack);
  } catch (cause) {
    if (!(cause instanceof TraceDatError)) throw cause;
    throw new NotATraceError(`${cause.message}; give a whole copy of it`, { cause });
  }
  if (dat.refused.length > 0 && !dat.lines().some(({ kind }) => kind === 'record')) {
    throw new NotATraceError(
      `Cannot read this trace.dat: ${dat.refused[0]}; no event is left, give a whole copy of it`,
    );
  }
  function* named(): Generator<Line, void> {
    for (const line of dat.lines()) {
      yield line.kind === 'record' ? { ...line, record: new NamedRecord(line.record, dat.symbolAt) } : line;
    }
  }
  return {
    format: 'trace.dat',
    uname: dat.uname,
    stats: dat.stats.length === 0 ? null : dat.stats.join('\n'),
    doubts: dat.notes,
    isDamaged: dat.refused.length > 0,
    lines: async function* () {
      yield named();
    },
  };
};

/**
 * Opens a trace, by its first bytes.
 *
 * @throws NotATraceError when none of the first lines is a trace line, or when a trace.dat cannot be read at all.
 */
export const openTrace = async (source: TraceSource, head: Head): Promise<OpenedTrace> => {
  if (isTraceDat(head.bytes)) return openDat(source);
  return textTrace(head.lines, async function* () {
    const reader = new TextReader();
    for await (const bytes of source.open()) yield* reader.read(bytes);
    yield reader.end();
  });
};
