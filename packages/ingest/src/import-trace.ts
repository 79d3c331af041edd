import { nanos, type Position, type TraceEvent, taskId } from '@custody/trace';
import type { Unexplained } from './accounting.ts';
import { type Interpreter, interpreter, type Tally } from './interpreter.ts';
import { defaultMapping, kernelRelease, mappingFor } from './mapping/index.ts';
import type { Mapping } from './mapping/mapping.ts';
import { type Line, markerText, type TraceRecord } from './syntax/line.ts';
import { TextReader } from './syntax/text-reader.ts';
import { type RecordedTopology, TopologyError } from './topology-file.ts';

/** Thrown for bytes that are no trace; the message says what was expected. */
export class NotATraceError extends Error {
  override readonly name = 'NotATraceError';
}

/** Something about a recording that a reader must know; `position` where it shows, if anywhere. */
export interface Finding {
  readonly kind: string;
  readonly text: string;
  readonly position?: Position;
}

/**
 * Every line of the file, and where it went: `events + verbatim + skipped = lines`. An event whose argument has newlines
 * takes several lines, and each of them counts.
 */
export interface ImportReport {
  readonly lines: number;
  /** Lines that told facts; one line may tell several. */
  readonly events: number;
  /** Lines of events that were kept as they were, each event as one `LineKept`. */
  readonly verbatim: number;
  /** Comments, blank lines and lines that could not be read. */
  readonly skipped: number;
  /** Events in the run, and so its last position. */
  readonly facts: number;
  /** Events that the kernel says it lost. */
  readonly lost: number;
  /** Ownership changes that the accounting check cannot explain. */
  readonly unexplained: number;
  /** Moments at which a lock came to be held by two tasks. */
  readonly heldTwice: number;
  readonly calls: Tally['calls'];
  readonly locks: Tally['locks'];
  /** The file was read to its end and did not break off. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
  /** How often each uninterpreted event was kept, most first. */
  readonly kept: readonly { readonly name: string; readonly count: number }[];
}

export interface TraceImport {
  readonly kernel: string | null;
  readonly mapping: string;
  /** Batches of events, oldest first; ends with the report. */
  readonly events: () => AsyncGenerator<readonly TraceEvent[], ImportReport>;
}

/** A recording's bytes. */
export interface TraceSource {
  /** From the beginning, in pieces of any size; can be asked for again. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

const batchSize = 16_000;
const headLines = 200;
/** In bytes; no 200 lines are so long. */
const longestHead = 1 << 20;

/** The first lines, without their newlines. */
const headOf = async ({ open }: TraceSource): Promise<readonly string[]> => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let newlines = 0;
  for await (const bytes of open()) {
    const piece = decoder.decode(bytes.subarray(0, longestHead), { stream: true });
    text += piece;
    newlines += piece.split('\n').length - 1;
    if (newlines >= headLines || text.length > longestHead) break;
  }
  return firstLines(text);
};

const firstLines = (text: string): readonly string[] => {
  const lines = text.split('\n', headLines).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

/** @throws TopologyError when the trace names another kernel than the topology. */
const releaseIn = (recorded: RecordedTopology, lines: readonly string[]): string | null => {
  const marker = lines.find((line) => line.includes(' uname='));
  const traced = marker === undefined ? null : kernelRelease(marker.slice(marker.indexOf(' uname=')));
  const topology = recorded.uname === null ? null : kernelRelease(recorded.uname);
  if (traced !== null && topology !== null && traced !== topology) {
    throw new TopologyError(
      `Cannot read this trace of ${traced} with a topology of ${topology}: its addresses are another machine's; ` +
        'give the topology.json of the same recording with --topology',
    );
  }
  return traced ?? topology;
};

/** A text that is at hand as a whole. */
function* linesOf(text: string): Generator<Line, void> {
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
      'Give tracefs text (trace, trace_pipe) or the output of trace-cmd report',
  );
};

const ownership = ({ owner, count }: Unexplained['from']): string => `owner ${owner ?? 'none'} count ${count}`;

const judgementsOf = (reader: Interpreter): Finding[] => [
  ...reader.unexplained.map(({ group, task, from, to, call, why, position: at }) => ({
    kind: 'unexplained-ownership',
    position: at,
    text:
      `group ${group}, ${ownership(from)} before and ${ownership(to)} after, while task ${task} was in ` +
      `${call ?? 'no call'}: ${why}`,
  })),
  ...reader.overlaps.map(({ lock, position: at }) => ({
    kind: 'lock-held-twice',
    position: at,
    text: `${lock} is held by two tasks`,
  })),
  ...reader.refusals.map(({ group, errno, bound, position: at }) => ({
    kind: 'claim-refused-while-quiet',
    position: at,
    text:
      `claim of group ${group} refused with ${errno} while no device of it is bound to a driver that uses the DMA API` +
      ` (bound: ${bound.join(', ') || 'none'}; nobody inside a bind or unbind; no user owner)`,
  })),
  ...reader.bugs.map(({ what, position: at }) => ({ kind: 'bug', position: at, text: what })),
];

/** What was found after events were lost may be owed to what is missing, and says so. */
const findingsOf = (reader: Interpreter, firstGap: Position | null): Finding[] =>
  judgementsOf(reader).map((finding) =>
    firstGap === null || finding.kind === 'bug' || (finding.position ?? 0) < firstGap
      ? finding
      : { ...finding, text: `${finding.text}; events were lost before this, it may be owed to that` },
  );

/** Counts many and keeps the first: there may be as many as the file has lines. */
class FirstOf<Item> {
  length = 0;
  #first: Item | undefined;

  push(item: Item): void {
    this.#first ??= item;
    this.length += 1;
  }

  *[Symbol.iterator](): Generator<Item, void> {
    if (this.#first !== undefined) yield this.#first;
  }
}

/** What the lines said beside their facts. */
interface LineTally {
  lines: number;
  events: number;
  verbatim: number;
  comments: number;
  unreadable: FirstOf<{ readonly line: number; readonly reason: string }>;
  lost: number;
  gaps: number;
  firstGap: Position | null;
  backwards: number;
  cut: boolean;
  begun: boolean;
  ended: boolean;
  kept: Map<string, number>;
}

/** A recorder that marked the beginning marks the end, unless the kernel died of a BUG. */
const stopsShort = ({ begun, ended }: LineTally, { bugs }: Interpreter): boolean =>
  begun && !ended && bugs.length === 0;

const textFindings = (tally: LineTally, reader: Interpreter, kernel: string | null, members: boolean): Finding[] => {
  const findings: Finding[] = [];
  const [unreadable] = tally.unreadable;
  if (unreadable) {
    const text = `${tally.unreadable.length} lines could not be read; the first is line ${unreadable.line}: ${unreadable.reason}`;
    findings.push({ kind: 'unreadable-lines', text });
  }
  if (tally.lost > 0) findings.push({ kind: 'events-lost', text: `${tally.lost} events lost in ${tally.gaps} gaps` });
  if (tally.backwards > 0)
    findings.push({
      kind: 'time-backwards',
      text: `time goes back at ${tally.backwards} ${tally.backwards === 1 ? 'line' : 'lines'}`,
    });
  if (tally.cut) findings.push({ kind: 'cut', text: 'the file breaks off in the middle of its last line' });
  if (stopsShort(tally, reader)) {
    findings.push({ kind: 'cut', text: 'the recording has a begin marker but no end marker: it broke off' });
  }
  if (kernel === null) {
    findings.push({ kind: 'kernel-unknown', text: `nothing says which kernel this is; read as ${defaultMapping.id}` });
  }
  if (reader.strangers() > 0) {
    const text = `${reader.strangers()} group addresses are not in the topology: it may be of another boot`;
    findings.push({ kind: 'topology-mismatch', text });
  }
  if (!members) {
    findings.push({
      kind: 'no-topology',
      text: 'no topology.json: which devices a group has is not known; give --topology',
    });
  }
  return findings;
};

/** What the first lines say of the rest. */
interface Reading {
  readonly kernel: string | null;
  readonly mapping: Mapping;
  readonly recorded: RecordedTopology;
}

/** @throws NotATraceError, TopologyError as `importTrace`. */
const readingOf = (first: readonly string[], recorded: RecordedTopology): Reading => {
  assertTrace(first);
  const kernel = releaseIn(recorded, first);
  return { kernel, mapping: kernel === null ? defaultMapping : mappingFor(kernel), recorded };
};

/** Takes lines one by one, in the order of the file, and has events for them. */
const lineByLine = ({ kernel, mapping, recorded }: Reading) => {
  const reader = interpreter(mapping, recorded);
  const tally: LineTally = {
    lines: 0,
    events: 0,
    verbatim: 0,
    comments: 0,
    unreadable: new FirstOf(),
    lost: 0,
    gaps: 0,
    firstGap: null,
    backwards: 0,
    cut: false,
    begun: false,
    ended: false,
    kept: new Map(),
  };
  let at = 0;
  let batch: TraceEvent[] = [];

  const readRecord = (record: TraceRecord, lines: number): void => {
    if (record.at < at) tally.backwards += 1;
    at = record.at;
    const marked = markerText(record.fields);
    if (marked.startsWith('SCN begin')) tally.begun = true;
    if (marked.startsWith('SCN end')) tally.ended = true;
    if (reader.interpret(record, tally.lines) === 'facts') tally.events += lines;
    else {
      tally.verbatim += lines;
      tally.kept.set(record.name, (tally.kept.get(record.name) ?? 0) + 1);
    }
    // An event is where its first line is.
    tally.lines += lines - 1;
  };

  const read = (line: Line): void => {
    tally.lines += 1;
    switch (line.kind) {
      case 'comment':
        tally.comments += 1;
        break;
      case 'unreadable':
        tally.unreadable.push({ line: tally.lines, reason: line.reason });
        tally.cut = line.isCut ?? false;
        break;
      case 'lost': {
        const stamp = { task: taskId('-'), at: nanos(at), cpu: line.cpu, line: tally.lines };
        reader.note({ type: 'EventsLost', data: { count: line.count } }, stamp);
        tally.events += 1;
        // At least one, where the kernel did not count them.
        tally.lost += line.count ?? 1;
        tally.gaps += 1;
        tally.firstGap ??= reader.position();
        break;
      }
      case 'record':
        readRecord(line.record, line.lines ?? 1);
    }
    batch.push(...reader.take());
  };

  /** The events since the last call, when there are `least` of them; else none. */
  const take = (least: number): readonly TraceEvent[] => {
    if (batch.length < least) return [];
    const events = batch;
    batch = [];
    return events;
  };

  /** No line comes any more. */
  const end = (): ImportReport => {
    const brokeOff = tally.cut || stopsShort(tally, reader);
    if (brokeOff) {
      const stamp = { task: taskId('-'), at: nanos(at), line: tally.lines };
      reader.note({ type: 'RecordingEnded', data: { how: 'cut' } }, stamp);
      batch.push(...reader.take());
    }
    return {
      lines: tally.lines,
      events: tally.events,
      verbatim: tally.verbatim,
      skipped: tally.comments + tally.unreadable.length,
      facts: reader.position(),
      lost: tally.lost,
      unexplained: reader.unexplained.length,
      heldTwice: reader.overlaps.length,
      ...reader.tally,
      complete: !brokeOff,
      findings: [
        ...findingsOf(reader, tally.firstGap),
        ...textFindings(tally, reader, kernel, recorded.topology.groups.length > 0),
      ],
      kept: [...tally.kept].map(([name, count]) => ({ name, count })).sort((left, right) => right.count - left.count),
    };
  };

  return { read, take, end };
};

/** The lines of a trace, some at a time. */
async function* linesIn({ open }: TraceSource): AsyncGenerator<Iterable<Line>, void> {
  const reader = new TextReader();
  for await (const bytes of open()) yield* reader.read(bytes);
  yield reader.end();
}

/**
 * Reads a trace as text, in memory that does not grow with it.
 *
 * @param source - tracefs `trace` or `trace_pipe`, or the output of `trace-cmd report`; opened now for its first lines,
 *   and again for its events.
 * @param recorded - from `parseTopology`, or `noTopology`.
 * @throws NotATraceError when none of the first lines is a trace line.
 * @throws TopologyError when the topology is of another kernel.
 */
export const importTrace = async (source: TraceSource, recorded: RecordedTopology): Promise<TraceImport> => {
  const reading = readingOf(await headOf(source), recorded);

  async function* events(): AsyncGenerator<readonly TraceEvent[], ImportReport> {
    const { read, take, end } = lineByLine(reading);
    for await (const lines of linesIn(source)) {
      for (const line of lines) {
        read(line);
        const batch = take(batchSize);
        if (batch.length > 0) yield batch;
      }
    }
    const report = end();
    const rest = take(1);
    if (rest.length > 0) yield rest;
    return report;
  }

  return { kernel: reading.kernel, mapping: reading.mapping.id, events };
};

/** The whole import at once: for tests and for runs small enough. */
export const importAll = (text: string, recorded: RecordedTopology) => {
  const { read, take, end } = lineByLine(readingOf(firstLines(text), recorded));
  for (const line of linesOf(text)) read(line);
  const report = end();
  return { events: take(0), report };
};
