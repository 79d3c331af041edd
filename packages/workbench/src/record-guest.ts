import { importLive, type LiveTrace, parseTopology } from '@custody/ingest';
import { type GuestOfRun, type RunHeader, runId } from '@custody/trace';
import { batchesOf, type ImportedRun, idLength } from './import-recording.ts';
import type { Ports } from './ports.ts';
import { writeRun } from './write-run.ts';

/** A guest that traces, as an app has started it. */
export interface GuestRecording {
  readonly guest: GuestOfRun;
  /** Default: kernel, scenario and the beginning of the run's id. */
  readonly title?: string | undefined;
  /** The contents of its topology.json. */
  readonly topology: string;
  readonly trace: LiveTrace;
}

/** Enough of the id to tell many runs of one scenario apart, and to be typed. */
const titleDigits = 8;

const kernelWord = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/**
 * Writes a guest's trace to the log while it comes. No two recordings are the same, so that a run's id is made of when it
 * began and of chance, unlike that of an import.
 *
 * @param progress - told how many events are written so far.
 * @throws TopologyError.
 */
export const recordGuest = async (
  ports: Ports,
  { guest, title, topology, trace }: GuestRecording,
  progress: (events: number) => void = () => {},
): Promise<ImportedRun> => {
  const recorded = parseTopology(topology);
  const live = importLive(trace, recorded);
  const { kernel, mapping } = live;
  const run = runId(ports.digest(JSON.stringify(['guest', ports.now(), ports.newId(), guest])).slice(0, idLength));
  const file = `${kernelWord(guest.kernel.name)}/${guest.scenario}`;
  const header: RunHeader = {
    run,
    title: title ?? `${file}/${run.slice(0, titleDigits)}`,
    source: { kind: 'recording', file, kernel, mapping, guest },
    topology: recorded.topology,
  };
  const { report } = await writeRun(ports, header, batchesOf(live, progress));
  return { run, title: header.title, kernel, mapping, already: false, ...report };
};
