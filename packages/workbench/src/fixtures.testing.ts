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

/** A recording of fixtures/, imported. */
export const recorded = async (name: string): Promise<Story> => {
  const folder = new URL(`../../../fixtures/${name}/`, import.meta.url);
  const trace = gunzipSync(readFileSync(new URL('stream.trace.gz', folder)));
  const topology = parseTopology(readFileSync(new URL('topology.json', folder), 'utf8'));
  const { events } = await importTrace({ open: () => Readable.from([trace]) }, topology);
  const all: TraceEvent[] = [];
  for await (const batch of events()) all.push(...batch);
  return { topology: topology.topology, events: all };
};
