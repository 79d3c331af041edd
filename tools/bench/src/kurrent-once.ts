/** Measures the log on KurrentDB beside the same client once, as the JSON in the first argument says; prints a `KurrentRun`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type EventLog, empty, type LogEvent, type Revision, revision, streamId } from '@custody/log';
import { openKurrentLog } from '@custody/log-kurrentdb';
import { jsonEvent, KurrentDBClient, NO_STREAM } from '@kurrent/kurrentdb-client';
import type { KurrentRequest, KurrentRun } from './kurrent-run.ts';
import { traceBatches } from './trace-events.ts';

const { events, plain, batch, singles } = JSON.parse(process.argv[2] ?? '') as KurrentRequest;
/** Server events in one append: what it may hold is 1 MiB. */
const plainBatch = 1024;
const run = streamId('run-bench');
const followed = streamId('run-followed');

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

const counted = async (items: AsyncIterable<unknown>): Promise<number> => {
  let count = 0;
  for await (const _ of items) count += 1;
  return count;
};

const countedIn = async (batches: AsyncIterable<readonly unknown[]>): Promise<number> => {
  let count = 0;
  for await (const events of batches) for (const _ of events) count += 1;
  return count;
};

const mustBe = (found: number, wanted: number): void => {
  if (found !== wanted) throw new Error(`Cannot measure as ${found} events came back of ${wanted}`);
};

/** Seconds for all batches, without what it takes to make them up. */
const secondsOfEach = async <Batch>(
  batches: Iterable<Batch>,
  work: (batch: Batch) => Promise<unknown>,
): Promise<number> => {
  let seconds = 0;
  for (const one of batches) seconds += await secondsOf(() => work(one));
  return seconds;
};

const importAll = async (log: EventLog, count = events, stream = run): Promise<number> => {
  let head: Revision = empty;
  return secondsOfEach(traceBatches(count, batch), async (part) => {
    head = await log.append(stream, part, head);
  });
};

const importPlain = async (client: KurrentDBClient, count = plain, stream = 'plain-bench'): Promise<number> => {
  let expected: typeof NO_STREAM | bigint = NO_STREAM;
  return secondsOfEach(traceBatches(count, plainBatch), async (part) => {
    const made = part.map(({ type, ...data }) => jsonEvent({ type, data: { ...data } as Record<string, unknown> }));
    const { nextExpectedRevision } = await client.appendToStream(stream, made, { streamState: expected });
    expected = nextExpectedRevision;
  });
};

/** Milliseconds from the call of an append to the event's coming out of a `follow`, for each of `singles`. */
const followAll = async (log: EventLog): Promise<readonly number[]> => {
  const stop = new AbortController();
  const taken: number[] = [];
  const arrivals = log.follow(followed, empty, stop.signal)[Symbol.asyncIterator]();
  for (let at = 0; at < singles + 1; at += 1) {
    const next = arrivals.next();
    const began = performance.now();
    const event: LogEvent = { type: 'StepTaken', data: { label: 'check' } };
    await Promise.all([next, log.append(followed, [event], revision(at))]);
    // The first is when the connection is made.
    if (at > 0) taken.push(performance.now() - began);
  }
  stop.abort();
  return taken;
};

const server = spawn(
  process.execPath,
  ['--no-warnings', fileURLToPath(new URL('kurrent-double.ts', import.meta.url))],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);
const [told] = (await once(server.stdout, 'data')) as [Buffer];
const url = told.toString().trim();
const log = await openKurrentLog(url);
const client = KurrentDBClient.connectionString(url);
// Connecting takes half a second, and code is slow before it has run for a while: neither is a rate.
await Promise.all([log.head(streamId('run-none')), counted(client.readStream('none')).catch(() => 0)]);
const before = Math.min(plain, 50_000);
await importAll(log, before, streamId('run-before'));
await importPlain(client, before, 'plain-before');

const result: KurrentRun = {
  importing: { log: await importAll(log), plain: await importPlain(client) },
  reading: {
    log: await secondsOf(async () => mustBe(await countedIn(log.read(run)), events)),
    plain: await secondsOf(async () => mustBe(await counted(client.readStream('plain-bench')), plain)),
  },
  following: await followAll(log),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
await log[Symbol.asyncDispose]();
await client.dispose();
server.stdin.end();
