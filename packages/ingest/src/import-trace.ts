import { nanos, type Position, type TraceEvent, taskId } from '@custody/trace';
import type { Unexplained } from './accounting.ts';
import { type Interpreter, interpreter, type Tally } from './interpreter.ts';
import { defaultMapping, kernelRelease, mappingFor } from './mapping/index.ts';
import { NotATraceError } from './not-a-trace-error.ts';
import { type ExportedHeader, importOwnExport, isOwnExport } from './own-export.ts';
import { parseLine } from './syntax/ftrace-text.ts';
import { type Line, markerText } from './syntax/line.ts';
import { type RecordedTopology, TopologyError } from './topology-file.ts';

/** Something about a recording that a reader must know; `position` where it shows, if anywhere. */
export interface Finding {
  readonly kind: string;
  readonly text: string;
  readonly position?: Position;
}

/** Every line of the file, and where it went: `events + verbatim + skipped = lines`. */
export interface ImportReport {
  readonly lines: number;
  /** Lines that told facts; one line may tell several. */
  readonly events: number;
  /** Lines kept as they were, each as one `LineKept`. */
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
  readonly events: () => Generator<readonly TraceEvent[], ImportReport>;
  /** Of a run that was exported: what it said of itself, which holds in place of a topology.json. */
  readonly exported?: ExportedHeader;
}

/** What is left of a line that breaks off is not read: a number without its end is another number. */
const cutLine: Line = { kind: 'unreadable', reason: 'it has no newline, so it may be cut' };

const batchSize = 16_000;
const headLines = 200;

/** The text's lines without their newlines; a last line that has no newline is `cut`. */
function* linesOf(text: string): Generator<{ readonly text: string; readonly cut: boolean }> {
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    yield { text: text.charCodeAt(to - 1) === 13 ? text.slice(from, to - 1) : text.slice(from, to), cut: newline < 0 };
    from = to + 1;
  }
}

const head = (text: string): string[] => {
  const lines: string[] = [];
  for (const line of linesOf(text)) {
    lines.push(line.text);
    if (lines.length === headLines) break;
  }
  return lines;
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

const assertTrace = (lines: readonly string[]): void => {
  if (lines.some((line) => parseLine(line).kind === 'record')) return;
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

/** What the lines said beside their facts. */
interface LineTally {
  lines: number;
  events: number;
  verbatim: number;
  comments: number;
  unreadable: { readonly line: number; readonly reason: string }[];
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

/**
 * Reads a trace as text.
 *
 * @param text - tracefs `trace` or `trace_pipe`, or the output of `trace-cmd report`.
 * @param recorded - from `parseTopology`, or `noTopology`.
 * @throws NotATraceError when none of the first lines is a trace line, nor is it a run that was exported as text.
 * @throws TopologyError when the topology is of another kernel.
 */
export const importTrace = (text: string, recorded: RecordedTopology): TraceImport => {
  if (isOwnExport(text)) return importOwnExport(() => linesOf(text));
  const first = head(text);
  assertTrace(first);
  const kernel = releaseIn(recorded, first);
  const mapping = kernel === null ? defaultMapping : mappingFor(kernel);

  function* events(): Generator<readonly TraceEvent[], ImportReport> {
    const reader = interpreter(mapping, recorded);
    const tally: LineTally = {
      lines: 0,
      events: 0,
      verbatim: 0,
      comments: 0,
      unreadable: [],
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
    for (const line of linesOf(text)) {
      tally.lines += 1;
      const parsed: Line = line.cut ? cutLine : parseLine(line.text);
      switch (parsed.kind) {
        case 'comment':
          tally.comments += 1;
          break;
        case 'unreadable':
          tally.unreadable.push({ line: tally.lines, reason: parsed.reason });
          break;
        case 'lost': {
          const stamp = { task: taskId('-'), at: nanos(at), cpu: parsed.cpu, line: tally.lines };
          reader.note({ type: 'EventsLost', data: { count: parsed.count } }, stamp);
          tally.events += 1;
          // At least one, where the kernel did not count them.
          tally.lost += parsed.count ?? 1;
          tally.gaps += 1;
          tally.firstGap ??= reader.position();
          break;
        }
        case 'record': {
          const { record } = parsed;
          if (record.at < at) tally.backwards += 1;
          at = record.at;
          const marked = markerText(record.fields);
          if (marked.startsWith('SCN begin')) tally.begun = true;
          if (marked.startsWith('SCN end')) tally.ended = true;
          if (reader.interpret(record, tally.lines) === 'facts') tally.events += 1;
          else {
            tally.verbatim += 1;
            tally.kept.set(record.name, (tally.kept.get(record.name) ?? 0) + 1);
          }
        }
      }
      tally.cut = line.cut;
      batch.push(...reader.take());
      if (batch.length >= batchSize) {
        yield batch;
        batch = [];
      }
    }
    const brokeOff = tally.cut || stopsShort(tally, reader);
    if (brokeOff) {
      const stamp = { task: taskId('-'), at: nanos(at), line: tally.lines };
      reader.note({ type: 'RecordingEnded', data: { how: 'cut' } }, stamp);
      batch.push(...reader.take());
    }
    if (batch.length > 0) yield batch;
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
  }

  return { kernel, mapping: mapping.id, events };
};

/** The whole import at once: for tests and for runs small enough. */
export const importAll = (text: string, recorded: RecordedTopology) => {
  const all: TraceEvent[] = [];
  const { events } = importTrace(text, recorded);
  const batches = events();
  for (let step = batches.next(); ; step = batches.next()) {
    if (step.done) return { events: all, report: step.value };
    all.push(...step.value);
  }
};
