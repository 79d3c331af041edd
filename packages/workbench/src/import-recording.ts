import {
  type Beside,
  type ImportReport,
  importTrace,
  type MappingFile,
  noTopology,
  parseMappingFile,
  parseTopology,
  type TraceImport,
  type TraceShows,
  type TraceSource,
  traceShows,
} from '@custody/ingest';
import { type RunHeader, type RunId, runId, type TraceEvent } from '@custody/trace';
import { catalogueOf, type RunEnd } from './catalogue.ts';
import type { Ports } from './ports.ts';
import { writeRun } from './write-run.ts';

/** A trace as an app found it. */
export interface Recording {
  /** What to call its file in messages. */
  readonly file: string;
  readonly title: string;
  /** Its bytes: read once for its first lines, once for its id and once for its events. */
  readonly source: TraceSource;
  /** The contents of its topology.json; null when there is none. */
  readonly topology: string | null;
  /** What the user's own probes mean: a file's name and contents. Default: none. */
  readonly mapping?: { readonly name: string; readonly text: string } | undefined;
  /** What lay beside the trace: texts of kprobe_profile and stats. */
  readonly beside?: Beside | undefined;
}

export interface ImportedRun extends ImportReport {
  readonly run: RunId;
  readonly title: string;
  readonly kernel: string | null;
  readonly mapping: string;
  /** The store had this very recording already. */
  readonly already: boolean;
}

/** Goes up when the same bytes would become other events: then they are another run. */
const mappingVersion = 3;

/** How many hex digits of the digest name a run. */
export const idLength = 12;

/** A run's end with what its import reported. */
export type ReportedEnd = RunEnd & { readonly report: ImportReport };

const mappingIn = ({ mapping }: Recording): MappingFile | undefined =>
  mapping === undefined ? undefined : parseMappingFile(mapping.text, mapping.name);

const topologyIn = ({ topology }: Recording) => (topology === null ? noTopology : parseTopology(topology));

/**
 * What the trace can show, per family of facts; nothing is stored.
 *
 * @param formats - the `format` texts of its events, if they are there.
 * @throws NotATraceError, TopologyError, MappingError.
 */
export const whatRecordingShows = (recording: Recording, formats?: string): Promise<TraceShows> =>
  traceShows(recording.source, topologyIn(recording), { mapping: mappingIn(recording), formats });

/**
 * A digest of the recording, for its id: of the JSON of an array with what it is made with, all of it as text, and its own
 * mapping; the text never is at hand as a whole. Bytes that are no text are one character each, as of two files that
 * differ in them UTF-8 would make the same.
 *
 * @param progress - told after each piece.
 */
const digestOf = async (
  ports: Ports,
  madeWith: readonly unknown[],
  { open }: TraceSource,
  { format, own }: { readonly format: 'text' | 'trace.dat'; readonly own: readonly string[] },
  progress: () => void,
): Promise<string> => {
  const digest = ports.running();
  const decoder = new TextDecoder(format === 'text' ? 'utf-8' : 'latin1', { ignoreBOM: true });
  // A string in JSON is that of its pieces, one after the other.
  const add = (text: string): void => digest.add(JSON.stringify(text).slice(1, -1));
  digest.add(`${JSON.stringify(madeWith).slice(0, -1)},"`);
  for await (const bytes of open()) {
    add(decoder.decode(bytes, { stream: true }));
    progress();
  }
  add(decoder.decode());
  digest.add(`"${own.map((text) => `,${JSON.stringify(text)}`).join('')}]`);
  return digest.end();
};

/** The events of a trace, for `writeRun`. @param progress - told how many are written so far. */
export async function* batchesOf(
  trace: TraceImport,
  progress: (events: number) => void,
): AsyncGenerator<readonly TraceEvent[], ReportedEnd> {
  const events = trace.events();
  for (let step = await events.next(), written = 0; ; step = await events.next()) {
    if (step.done) {
      const { facts, complete, findings } = step.value;
      return { events: facts, complete, findings, report: step.value };
    }
    yield step.value;
    written += step.value.length;
    progress(written);
  }
}

/**
 * @param progress - told how many events are written so far; none while the recording is read for its id.
 * @throws NotATraceError, TopologyError, MappingError.
 */
export const importRecording = async (
  ports: Ports,
  recording: Recording,
  progress: (events: number) => void = () => {},
): Promise<ImportedRun> => {
  const { file, title, source: bytes, topology, mapping, beside } = recording;
  const recorded = topologyIn(recording);
  const trace = await importTrace(bytes, recorded, { mapping: mappingIn(recording), beside });
  const madeWith = ['recording', mappingVersion, trace.mapping, topology];
  const own = mapping === undefined ? [] : [mapping.text];
  const run = runId(
    (await digestOf(ports, madeWith, bytes, { format: trace.format, own }, () => progress(0))).slice(0, idLength),
  );
  const read = { kind: 'recording', file, kernel: trace.kernel, mapping: trace.mapping } as const;
  const { source, topology: members } = trace.exported ?? { source: read, topology: recorded.topology };
  const header: RunHeader = { run, title, source, topology: members };
  const known = (await catalogueOf(ports.log)).get(run);
  const about = { run, title: known?.header.title ?? title, kernel: trace.kernel, mapping: trace.mapping };
  if (known?.end?.report) return { ...about, already: true, ...known.end.report };

  const { report } = await writeRun(ports, header, batchesOf(trace, progress));
  return { ...about, already: false, ...report };
};
