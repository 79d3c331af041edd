import {
  type Beside,
  type ImportReport,
  importTrace,
  type MappingFile,
  noTopology,
  parseMappingFile,
  parseTopology,
  type TraceShows,
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
  readonly text: string;
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
const mappingVersion = 2;

/** How many hex digits of the digest name a run. */
export const idLength = 12;

type ReportedEnd = RunEnd & { readonly report: ImportReport };

const mappingIn = ({ mapping }: Recording): MappingFile | undefined =>
  mapping === undefined ? undefined : parseMappingFile(mapping.text, mapping.name);

const topologyIn = ({ topology }: Recording) => (topology === null ? noTopology : parseTopology(topology));

/**
 * What the trace can show, per family of facts; nothing is stored.
 *
 * @param formats - the `format` texts of its events, if they are there.
 * @throws NotATraceError, TopologyError, MappingError.
 */
export const whatRecordingShows = (recording: Recording, formats?: string): TraceShows =>
  traceShows(recording.text, topologyIn(recording), { mapping: mappingIn(recording), formats });

/**
 * @param progress - told how many events are written so far.
 * @throws NotATraceError, TopologyError, MappingError.
 */
export const importRecording = async (
  ports: Ports,
  recording: Recording,
  progress: (events: number) => void = () => {},
): Promise<ImportedRun> => {
  const { file, title, text, topology, mapping, beside } = recording;
  const recorded = topologyIn(recording);
  const trace = importTrace(text, recorded, { mapping: mappingIn(recording), beside });
  const own = mapping === undefined ? [] : [mapping.text];
  const made = JSON.stringify(['recording', mappingVersion, trace.mapping, topology, text, ...own]);
  const run = runId(ports.digest(made).slice(0, idLength));
  const read = { kind: 'recording', file, kernel: trace.kernel, mapping: trace.mapping } as const;
  const { source, topology: members } = trace.exported ?? { source: read, topology: recorded.topology };
  const header: RunHeader = { run, title, source, topology: members };
  const known = (await catalogueOf(ports.log)).get(run);
  const about = { run, title: known?.header.title ?? title, kernel: trace.kernel, mapping: trace.mapping };
  if (known?.end?.report) return { ...about, already: true, ...known.end.report };

  function* batches(): Generator<readonly TraceEvent[], ReportedEnd> {
    const events = trace.events();
    for (let step = events.next(), written = 0; ; step = events.next()) {
      if (step.done) {
        const { facts, complete, findings } = step.value;
        return { events: facts, complete, findings, report: step.value };
      }
      yield step.value;
      written += step.value.length;
      progress(written);
    }
  }
  const { report } = await writeRun(ports, header, batches());
  return { ...about, already: false, ...report };
};
