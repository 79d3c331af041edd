import { type ImportReport, importTrace, noTopology, parseTopology, type TraceSource } from '@custody/ingest';
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

/**
 * A digest of the recording, for its id: of the JSON of an array with all of its text, which never is at hand as a whole.
 *
 * @param progress - told after each piece.
 */
const digestOf = async (
  ports: Ports,
  madeWith: readonly unknown[],
  { open }: TraceSource,
  progress: () => void,
): Promise<string> => {
  const digest = ports.running();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  // A string in JSON is that of its pieces, one after the other.
  const add = (text: string): void => digest.add(JSON.stringify(text).slice(1, -1));
  digest.add(`${JSON.stringify(madeWith).slice(0, -1)},"`);
  for await (const bytes of open()) {
    add(decoder.decode(bytes, { stream: true }));
    progress();
  }
  add(decoder.decode());
  digest.add('"]');
  return digest.end();
};

/** @param progress - told how many events are written so far; none while the recording is read for its id. */
export const importRecording = async (
  ports: Ports,
  { file, title, source: bytes, topology }: Recording,
  progress: (events: number) => void = () => {},
): Promise<ImportedRun> => {
  const recorded = topology === null ? noTopology : parseTopology(topology);
  const trace = await importTrace(bytes, recorded);
  const madeWith = ['recording', mappingVersion, trace.mapping, topology];
  const run = runId((await digestOf(ports, madeWith, bytes, () => progress(0))).slice(0, idLength));
  const source = { kind: 'recording', file, kernel: trace.kernel, mapping: trace.mapping } as const;
  const header: RunHeader = { run, title, source, topology: recorded.topology };
  const known = (await catalogueOf(ports.log)).get(run);
  const about = { run, title: known?.header.title ?? title, kernel: trace.kernel, mapping: trace.mapping };
  if (known?.end?.report) return { ...about, already: true, ...known.end.report };

  async function* batches(): AsyncGenerator<readonly TraceEvent[], ReportedEnd> {
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
  const { report } = await writeRun(ports, header, batches());
  return { ...about, already: false, ...report };
};
