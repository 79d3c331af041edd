import { type ImportReport, importTrace, noTopology, parseTopology } from '@custody/ingest';
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
const mappingVersion = 1;

/** How many hex digits of the digest name a run. */
export const idLength = 12;

type ReportedEnd = RunEnd & { readonly report: ImportReport };

/** @param progress - told how many events are written so far. */
export const importRecording = async (
  ports: Ports,
  { file, title, text, topology }: Recording,
  progress: (events: number) => void = () => {},
): Promise<ImportedRun> => {
  const recorded = topology === null ? noTopology : parseTopology(topology);
  const trace = importTrace(text, recorded);
  const made = JSON.stringify(['recording', mappingVersion, trace.mapping, topology, text]);
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
