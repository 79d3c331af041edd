import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { importTrace, parseTopology } from '@custody/ingest';
import type { Topology, TraceEvent } from '@custody/trace';

/** What happened in a run, and on which devices. */
export interface Story {
  readonly topology: Topology;
  readonly events: readonly TraceEvent[];
}

const folderOf = (name: string): URL => new URL(`../../../fixtures/${name}/`, import.meta.url);

/** What was traced as a recording of fixtures/ was made. */
export const recordedText = (name: string): string =>
  gunzipSync(readFileSync(new URL('stream.trace.gz', folderOf(name)))).toString();

/** A recording of fixtures/, imported; with `text` for what was traced. */
export const recorded = async (name: string, text = recordedText(name)): Promise<Story> => {
  const topology = parseTopology(readFileSync(new URL('topology.json', folderOf(name)), 'utf8'));
  const { events } = await importTrace({ open: () => Readable.from([Buffer.from(text)]) }, topology);
  const all: TraceEvent[] = [];
  for await (const batch of events()) all.push(...batch);
  return { topology: topology.topology, events: all };
};
