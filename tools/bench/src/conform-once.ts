/** Explains a real race, again and again, by linux-6.1, as the JSON in the first argument says; prints a `ConformRun`. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { conform } from '@custody/conform';
import { importTrace, parseTopology } from '@custody/ingest';
import { variants } from '@custody/ownership';
import { evolve, initialWorld, type Timeline, type TraceEvent } from '@custody/trace';
import type { ConformRequest, ConformRun } from './conform-run.ts';

const { copies } = JSON.parse(process.argv[2] ?? '') as ConformRequest;
const folder = new URL('../../../fixtures/6.1-race/', import.meta.url);
const { topology } = parseTopology(readFileSync(new URL('topology.json', folder), 'utf8'));

const recorded = async (): Promise<readonly TraceEvent[]> => {
  const trace = gunzipSync(readFileSync(new URL('stream.trace.gz', folder)));
  const parsed = parseTopology(readFileSync(new URL('topology.json', folder), 'utf8'));
  const { events } = await importTrace({ open: () => Readable.from([trace]) }, parsed);
  const all: TraceEvent[] = [];
  for await (const batch of events()) all.push(...batch);
  return all;
};

/** The longest part of the recording that ends as it began, with nobody at work: it can come again and again. */
const windowOf = (events: readonly TraceEvent[]): readonly [from: number, to: number] => {
  const first = new Map<string, number>();
  let longest: readonly [number, number] = [0, 0];
  let world = initialWorld(topology);
  for (const [index, event] of events.entries()) {
    world = evolve(world, event);
    const isQuiet = Object.keys(world.locks).length + Object.keys(world.tasks).length === 0;
    const isSettled = Object.values(world.devices).every(({ phase }) => phase === 'bound' || phase === 'unbound');
    if (!isQuiet || !isSettled || event.type !== 'SyscallReturned') continue;
    const key = JSON.stringify([world.groups, world.devices]);
    const from = first.get(key);
    if (from === undefined) first.set(key, index + 1);
    else if (index + 1 - from > longest[1] - longest[0]) longest = [from, index + 1];
  }
  return longest;
};

const events = await recorded();
const [from, to] = windowOf(events);
const size = to - from;
const timeline: Timeline = {
  length: from + size * copies,
  at: (index) => events[index < from ? index : from + ((index - from) % size)] as TraceEvent,
};
const variant = variants.find(({ id }) => id === 'linux-6.1');
if (variant === undefined) throw new ReferenceError('Cannot measure as there is no linux-6.1');

const began = process.cpuUsage();
const at = performance.now();
const { answer, worlds, position } = conform({ header: { topology }, timeline }, variant);
const { user, system } = process.cpuUsage(began);
if (answer.kind !== 'explained') throw new Error(`Cannot measure as it is ${answer.kind} at ${position}`);

const lines = new Set(events.slice(from, to).map(({ line }) => line)).size;
const result: ConformRun = {
  events: timeline.length,
  lines: lines * copies,
  worlds,
  cpu: (user + system) / 1e6,
  wall: (performance.now() - at) / 1000,
  memory: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
