/** Writes many notes once, as the JSON in the first argument says; prints an `AnnotationsRun`. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { anchorsIn, type NotesUpdated, noteUpdated, openNotes } from '@custody/annotations';
import { importTrace, parseTopology } from '@custody/ingest';
import { revision, streamId } from '@custody/log';
import { openSqliteLog } from '@custody/log-sqlite';
import { position, type Timeline, type TraceEvent, timelineOf } from '@custody/trace';
import { appendUpdates, readNotes } from '@custody/workbench';
import * as Y from 'yjs';
import type { AnnotationsRequest, AnnotationsRun } from './annotations-run.ts';
import { chanceOf } from './chance.ts';
import { median } from './figures.ts';

const { notes: count } = JSON.parse(process.argv[2] ?? '') as AnnotationsRequest;
const chance = chanceOf(1);

/** CPU milliseconds of this process since `began`: what others do to the machine is not in it. */
const cpuSince = (began: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
};

const timed = (work: () => void): number => {
  const began = process.cpuUsage();
  work();
  return cpuSince(began);
};

/** The recorded race, which people would really write on. */
const recordedRace = async (): Promise<Timeline> => {
  const folder = new URL('../../../fixtures/6.1-race/', import.meta.url);
  const trace = gunzipSync(readFileSync(new URL('stream.trace.gz', folder)));
  const topology = parseTopology(readFileSync(new URL('topology.json', folder), 'utf8'));
  const { events } = await importTrace({ open: () => Readable.from([trace]) }, topology);
  const all: TraceEvent[] = [];
  for await (const batch of events()) all.push(...batch);
  return timelineOf(all);
};

const timeline = await recordedRace();
const { anchorAt } = anchorsIn(timeline);
const authors = ['ada', 'bob', 'eve'] as const;
const words = 'look who holds the mutex here while the sibling is still bound and its driver was not cleared'.split(
  ' ',
);
/** Some 40 characters, as people write them. */
const someBody = (): string => Array.from({ length: 8 }, () => words[chance(words.length)]).join(' ');
const someId = (): string =>
  chance(2 ** 30)
    .toString(16)
    .padStart(8, '0') + chance(65536).toString(16).padStart(4, '0');

/** A bare document of the same values, one by one. */
const flat = new Y.Doc();
const written = openNotes();
const events: NotesUpdated[] = [];
const ids: string[] = [];
for (let number = 0; number < count; number += 1) {
  const author = authors[chance(authors.length)] as string;
  const at = new Date(Date.UTC(2026, 10, 22) + number * 61_007).toISOString();
  const [id, body, anchor] = [someId(), someBody(), anchorAt(position(1 + chance(timeline.length)))];
  events.push(noteUpdated({ update: written.add({ id, author, at, anchor, body }), author, at }));
  ids.push(id);
  const { event } = anchor;
  const place = event === null ? [] : [event.key, event.occurrence, event.of, event.before, event.after, event.content];
  flat.getMap('notes').set(id, [author, Date.parse(at), body, anchor.position, ...place]);
}

const whole = written.whole();
const bare = Y.encodeStateAsUpdate(flat);
const bareDocument = (): Y.Doc => {
  const doc = new Y.Doc();
  doc.getMap('notes');
  Y.applyUpdate(doc, bare);
  return doc;
};

// Code is slow before it has run for a while; and in turn, so that both find the same machine.
const [loads, lists] = [
  { ours: [] as number[], flat: [] as number[] },
  { ours: [] as number[], flat: [] as number[] },
];
for (let round = 0; round < 9; round += 1) {
  loads.ours.push(timed(() => openNotes([whole])));
  loads.flat.push(timed(bareDocument));
  lists.ours.push(timed(() => openNotes([whole]).list()));
  lists.flat.push(timed(() => bareDocument().getMap('notes').toJSON()));
}

const edits = { first: [] as number[], later: [] as number[], long: [] as number[] };
const authorOf = new Map(written.list().map(({ id, author, body }) => [id, { author, body }]));
const document = openNotes([whole]);
for (const id of ids.slice(0, 500)) {
  const { author, body } = authorOf.get(id) as { author: string; body: string };
  const cut = chance(body.length);
  edits.first.push(document.edit({ id, author, body: `${body.slice(0, cut)} surely ${body.slice(cut)}` }).length);
  edits.later.push(document.edit({ id, author, body: `${body.slice(0, cut)} certainly ${body.slice(cut)}` }).length);
}

for (let number = 0; number < 100; number += 1) {
  const [id, author, body] = [someId(), 'ada', Array.from({ length: 30 }, someBody).join('\n')];
  document.add({ id, author, at: '2026-11-26T00:00:00Z', anchor: anchorAt(position(1 + number)), body });
  const cut = chance(body.length);
  edits.long.push(document.edit({ id, author, body: `${body.slice(0, cut)} surely ${body.slice(cut)}` }).length);
}

const folder = mkdtempSync(join(tmpdir(), 'custody-bench-'));
try {
  const path = join(folder, 'custody.db');
  const stream = streamId('notes-bench');
  const took: number[] = [];
  const log = await openSqliteLog(path);
  let head = revision(0);
  for (let at = 0; at < events.length; at += 100) {
    head = await appendUpdates(log, stream, events.slice(at, at + 100), head);
  }
  for (let look = 0; look < 60; look += 1) {
    const to = revision(look === 0 ? head : chance(head + 1));
    const times: number[] = [];
    for (let again = 0; again < 3; again += 1) {
      const began = process.cpuUsage();
      await readNotes(log, stream, to);
      times.push(cpuSince(began));
    }
    took.push(median(times));
  }
  await log[Symbol.asyncDispose]();
  const result: AnnotationsRun = {
    bytes: { ours: whole.length, flat: bare.length },
    load: { ours: median(loads.ours), flat: median(loads.flat) },
    list: { ours: median(lists.ours), flat: median(lists.flat) },
    edits,
    stateAt: { slowest: Math.max(...took), median: median(took) },
    stored: statSync(path).size,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
