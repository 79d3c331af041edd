import { nanos, type TraceEvent, taskId } from '@custody/trace';
import {
  type Beside,
  type Finding,
  FirstOf,
  findingsOf,
  judgedBy,
  type LineTally,
  missingBeside,
  stopsShort,
} from './findings.ts';
import { GroundTruth, type MarkerTally } from './ground-truth.ts';
import { interpreter, type Tally } from './interpreter.ts';
import { defaultLine, kernelRelease, lineFor } from './mapping/lines.ts';
import { type Mapping, mappingOf } from './mapping/mapping.ts';
import type { MappingFile } from './mapping/mapping-file.ts';
import {
  firstLines,
  headOf,
  linesOf,
  liveTrace,
  type OpenedTrace,
  openTrace,
  type TraceSource,
  textTrace,
} from './open-trace.ts';
import { type ExportedHeader, importOwnExport, isOwnExport } from './own-export.ts';
import type { ProbeSeen } from './probes-seen.ts';
import { type Line, markerText, type TraceRecord } from './syntax/line.ts';
import { TextReader } from './syntax/text-reader.ts';
import { type RecordedTopology, TopologyError } from './topology-file.ts';

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
  /** Places where the kernel says so. */
  readonly gaps: number;
  /** Doubts beside a gap, that may be owed to it: not among the findings, nor in the counts below. */
  readonly withdrawn: number;
  /** Times that a probe was missed, as kprobe_profile says; null when it was not given. */
  readonly missed: number | null;
  /** Events that a full ring lost and no line tells of, as stats says; null when it was not given. */
  readonly overrun: number | null;
  /** What user space wrote down of its answers beside the kernel's; null for a run that was exported. */
  readonly markers: MarkerTally | null;
  /** Ownership changes that the accounting check cannot explain. */
  readonly unexplained: number;
  /** Moments at which a lock came to be held by two tasks. */
  readonly heldTwice: number;
  readonly calls: Tally['calls'];
  readonly locks: Tally['locks'];
  /** The probes whose lines told something, in the order of their first line. */
  readonly read: readonly ProbeSeen[];
  /** What the trace revealed of owners: cookie → whose it is. */
  readonly owners: Readonly<Record<string, string>>;
  /** The file was read to its end, did not break off, and no event is known to be missing. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
  /** How often each uninterpreted event was kept, most first. */
  readonly kept: readonly { readonly name: string; readonly count: number }[];
}

export interface TraceImport {
  readonly format: OpenedTrace['format'];
  readonly kernel: string | null;
  readonly mapping: string;
  /** Batches of events, oldest first; ends with the report. */
  readonly events: () => AsyncGenerator<readonly TraceEvent[], ImportReport>;
  /** Of a run that was exported: what it said of itself, which holds in place of a topology.json. */
  readonly exported?: ExportedHeader;
}

const batchSize = 16_000;

/** What a trace says beside its lines. */
type TraceSaysOfItself = Omit<OpenedTrace, 'lines'>;

/** @throws TopologyError when the trace names another kernel than the topology. */
const releaseIn = (recorded: RecordedTopology, { uname }: TraceSaysOfItself): string | null => {
  const traced = uname === null ? null : kernelRelease(uname);
  const topology = recorded.uname === null ? null : kernelRelease(recorded.uname);
  if (traced !== null && topology !== null && traced !== topology) {
    throw new TopologyError(
      `Cannot read this trace of ${traced} with a topology of ${topology}: its addresses are another machine's; ` +
        'give the topology.json of the same recording with --topology',
    );
  }
  return traced ?? topology;
};

/** What may come with a trace. */
export interface ImportOptions {
  /** What the user's own probes mean. */
  readonly mapping?: MappingFile | undefined;
  readonly beside?: Beside | undefined;
}

/** A trace with all that is needed to understand it. */
interface Reading<Trace extends TraceSaysOfItself = TraceSaysOfItself> {
  readonly trace: Trace;
  readonly kernel: string | null;
  readonly mapping: Mapping;
  /** What of the mapping is the user's own. */
  readonly own: MappingFile | undefined;
  readonly recorded: RecordedTopology;
}

/** @throws TopologyError as `importTrace`. */
const readingOf = <Trace extends TraceSaysOfItself>(
  trace: Trace,
  recorded: RecordedTopology,
  mapping: MappingFile | undefined,
): Reading<Trace> => {
  const kernel = releaseIn(recorded, trace);
  return {
    trace,
    kernel,
    mapping: mappingOf(kernel === null ? defaultLine : lineFor(kernel), mapping),
    own: mapping,
    recorded,
  };
};

/** What the trace holds itself is of the very recording. */
const besideOf = ({ stats }: TraceSaysOfItself, beside: Beside | undefined): Beside | undefined =>
  stats === null ? beside : { ...beside, stats };

/** Events by which user space writes a marker. */
const markerNames: ReadonlySet<string> = new Set(['print', 'tracing_mark_write']);

/** Takes lines one by one, in the order of the file, and has events for them. */
const lineByLine = ({ trace, kernel, mapping, own, recorded }: Reading) => {
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
  const truth = new GroundTruth();
  let at = 0;
  let batch: TraceEvent[] = [];

  const readRecord = (record: TraceRecord, lines: number): void => {
    if (record.at < at) tally.backwards += 1;
    at = record.at;
    if (markerNames.has(record.name)) {
      const marked = markerText(record.fields);
      if (marked.startsWith('SCN begin')) tally.begun = true;
      if (marked.startsWith('SCN end')) tally.ended = true;
    }
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
    for (const event of reader.take()) {
      truth.see(event);
      batch.push(event);
    }
  };

  /** The events since the last call, when there are `least` of them; else none. */
  const take = (least: number): readonly TraceEvent[] => {
    if (batch.length < least) return [];
    const events = batch;
    batch = [];
    return events;
  };

  /** No line comes any more. */
  const end = (lies: Beside | undefined): ImportReport => {
    const beside = besideOf(trace, lies);
    const brokeOff = tally.cut || stopsShort(tally, reader);
    if (brokeOff) {
      const stamp = { task: taskId('-'), at: nanos(at), line: tally.lines };
      reader.note({ type: 'RecordingEnded', data: { how: 'cut' } }, stamp);
      batch.push(...reader.take());
    }
    const missing = missingBeside(beside, tally.lost);
    const judged = judgedBy(reader);
    const doubts = trace.doubts.map((text): Finding => ({ kind: 'trace-dat', text }));
    return {
      lines: tally.lines,
      events: tally.events,
      verbatim: tally.verbatim,
      skipped: tally.comments + tally.unreadable.length,
      facts: reader.position(),
      lost: tally.lost,
      gaps: tally.gaps,
      withdrawn: reader.withdrawn(),
      ...missing,
      markers: truth.tally(),
      unexplained: judged.unexplained.length,
      heldTwice: judged.overlaps.length,
      ...reader.tally(),
      read: reader.probes(),
      owners: reader.owners(),
      complete: !brokeOff && !trace.isDamaged && tally.lost === 0 && (missing.overrun ?? 0) === 0,
      findings: [
        ...findingsOf({
          reader,
          tally,
          kernel,
          beside,
          members: recorded.topology.groups.length > 0,
          mapping: own,
        }),
        ...truth.findings(),
        ...doubts,
      ],
      kept: [...tally.kept].map(([name, count]) => ({ name, count })).sort((left, right) => right.count - left.count),
    };
  };

  return { read, take, end };
};

/**
 * Reads a trace, in memory that does not grow with a text.
 *
 * @param source - tracefs `trace` or `trace_pipe`, the output of `trace-cmd report`, a trace.dat, or a run that was exported
 *   as text; opened now for its first lines, and again for its events.
 * @param recorded - from `parseTopology`, or `noTopology`.
 * @param options - a mapping of the user's own, and the texts of kprobe_profile and stats.
 * @throws NotATraceError when it is none of these.
 * @throws TopologyError when the topology is of another kernel.
 */
export const importTrace = async (
  source: TraceSource,
  recorded: RecordedTopology,
  options: ImportOptions = {},
): Promise<TraceImport> => {
  const head = await headOf(source);
  if (isOwnExport(head.lines[0] ?? '')) return importOwnExport(head.lines, () => textLinesIn(source));
  const reading = readingOf(await openTrace(source, head), recorded, options.mapping);

  async function* events(): AsyncGenerator<readonly TraceEvent[], ImportReport> {
    const { read, take, end } = lineByLine(reading);
    for await (const lines of reading.trace.lines()) {
      for (const line of lines) {
        read(line);
        const batch = take(batchSize);
        if (batch.length > 0) yield batch;
      }
    }
    const report = end(options.beside);
    const rest = take(1);
    if (rest.length > 0) yield rest;
    return report;
  }

  return { format: reading.trace.format, kernel: reading.kernel, mapping: reading.mapping.id, events };
};

/** How a recording ended that was read while it was made; only then its recorder knows. */
export interface RecordingEnd {
  readonly beside?: Beside | undefined;
  /** All that the kernel traced came through, and it was ended in good order. */
  readonly isWhole: boolean;
  /** What the recorder noticed itself. */
  readonly findings: readonly Finding[];
}

/** A recording that is under way. */
export interface LiveTrace {
  /** Text of trace_pipe in pieces of any size, as it comes; they end when the recording does. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Asked when the pieces have ended. */
  readonly ended: () => Promise<RecordingEnd>;
}

/**
 * Reads a trace while it is made: events come with the piece that told of them. Such a recording is complete only when
 * its recorder says so, nothing was lost and no probe was missed.
 *
 * @param recorded - from the topology of the very machine, which also names its kernel.
 */
export const importLive = (
  { pieces, ended }: LiveTrace,
  recorded: RecordedTopology,
  mapping?: MappingFile,
): TraceImport => {
  const reader = new TextReader();
  const reading = readingOf(liveTrace, recorded, mapping);

  async function* events(): AsyncGenerator<readonly TraceEvent[], ImportReport> {
    const { read, take, end } = lineByLine(reading);
    for await (const bytes of pieces) {
      for (const lines of reader.read(bytes)) for (const line of lines) read(line);
      const batch = take(1);
      if (batch.length > 0) yield batch;
    }
    for (const line of reader.end()) read(line);
    const { beside, isWhole, findings } = await ended();
    const report = end(beside);
    const rest = take(1);
    if (rest.length > 0) yield rest;
    const complete = report.complete && isWhole && report.missed === 0 && report.overrun === 0;
    return { ...report, complete, findings: [...findings, ...report.findings] };
  }

  return { format: 'text', kernel: reading.kernel, mapping: reading.mapping.id, events };
};

/** A source's lines as text, without their newlines; a last line that has no newline is `cut`. */
async function* textLinesIn({
  open,
}: TraceSource): AsyncGenerator<{ readonly text: string; readonly cut: boolean }, void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  for await (const bytes of open()) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text: text.endsWith('\r') ? text.slice(0, -1) : text, cut: false };
  }
  rest += decoder.decode();
  if (rest !== '') yield { text: rest, cut: true };
}

/** The whole import of a text at once: for tests and for runs small enough. */
export const importAll = (text: string, recorded: RecordedTopology, options: ImportOptions = {}) => {
  const trace = textTrace(firstLines(text), async function* () {});
  const { read, take, end } = lineByLine(readingOf(trace, recorded, options.mapping));
  for (const line of linesOf(text)) read(line);
  const report = end(options.beside);
  return { events: take(0), report };
};
