/** Measures a log beside a plain file once, as the JSON in the first argument says, and prints a `LogRun`. */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventLog, empty, type LogEvent, type Revision, revision, streamId } from '@custody/log';
import { median } from './figures.ts';
import { logAdapters } from './log-adapters.ts';
import type { Beside, LogRequest, LogRun } from './log-run.ts';
import { appendRaw, RawLog } from './raw-log.ts';
import { traceBatches } from './trace-events.ts';

const { adapter: name, events, batch, singles } = JSON.parse(process.argv[2] ?? '') as LogRequest;
const adapter = logAdapters.find((candidate) => candidate.name === name);
if (adapter === undefined) throw new Error(`Cannot measure the log "${name}" as there is none of that name`);

const directory = mkdtempSync(join(tmpdir(), 'custody-bench-'));
const place = join(directory, 'log');
mkdirSync(place);
const run = streamId('run-bench');
const singly = streamId('run-singly');

const secondsOf = async (work: () => unknown): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** The same work by both, one after the other; who goes first changes with `turn`. */
const beside = async (turn: number, log: () => unknown, raw: () => unknown): Promise<Beside> => {
  if (turn % 2 === 0) return { log: await secondsOf(log), raw: await secondsOf(raw) };
  const taken = await secondsOf(raw);
  return { log: await secondsOf(log), raw: taken };
};

const inTurn = async (
  times: number,
  log: (turn: number) => unknown,
  raw: (turn: number) => unknown,
): Promise<readonly Beside[]> => {
  const taken: Beside[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    taken.push(
      await beside(
        turn,
        () => log(turn),
        () => raw(turn),
      ),
    );
  }
  return taken;
};

const sumOf = (all: readonly Beside[]): Beside => ({
  log: all.reduce((sum, { log }) => sum + log, 0),
  raw: all.reduce((sum, { raw }) => sum + raw, 0),
});
const medianOf = (all: readonly Beside[]): Beside => ({
  log: median(all.map(({ log }) => log)),
  raw: median(all.map(({ raw }) => raw)),
});

/** Has every event in hand once. @throws Error when they are not so many. */
const readAll = async (log: EventLog, from: number, to: number): Promise<void> => {
  let seen = 0;
  for await (const events of log.read(run, { from: revision(from), to: revision(to) }))
    for (const _ of events) seen += 1;
  if (seen !== to - from) throw new Error(`Cannot measure as ${seen} events were read, not ${to - from}`);
};

const importAll = async (raw: RawLog): Promise<Beside> => {
  const log = await adapter.open(place);
  let head: Revision = empty;
  const taken: Beside[] = [];
  for (const next of traceBatches(events, batch)) {
    const append = async (): Promise<void> => {
      head = await log.append(run, next, head);
    };
    taken.push(await beside(taken.length, append, () => raw.add(next)));
  }
  const rawEnd = await secondsOf(() => raw.end());
  if (!adapter.isKept) {
    kept = log;
    return sumOf([...taken, { log: 0, raw: rawEnd }]);
  }
  const logEnd = await secondsOf(() => log[Symbol.asyncDispose]());
  return sumOf([...taken, { log: logEnd, raw: rawEnd }]);
};

/** A log that is gone when it is closed. */
let kept: EventLog | undefined;

const opened = async (): Promise<{ readonly log: EventLog; readonly opening: number | null }> => {
  if (kept !== undefined) return { log: kept, opening: null };
  const taken: number[] = [];
  for (;;) {
    const began = performance.now();
    const log = await adapter.open(place);
    await log.head(run);
    taken.push((performance.now() - began) / 1000);
    if (taken.length === 5) return { log, opening: median(taken) };
    await log[Symbol.asyncDispose]();
  }
};

/** A position that looks like chance. */
const anywhere = (turn: number): number => (turn * 7_368_787 + 1_299_709) % events;

const measured = async (): Promise<LogRun> => {
  const raw = new RawLog(join(directory, 'raw'), name.endsWith('compressed'));
  const importing = await importAll(raw);
  const bytes = { log: adapter.bytes(place), raw: raw.bytes };
  const { log, opening } = await opened();

  const stretch = Math.min(20_000, Math.ceil(events / 4));
  const first = (turn: number): number => Math.floor(events / 4) + turn * stretch;
  const stretches = Math.max(1, Math.floor(events / 2 / stretch));
  const readStretch = (turn: number): Promise<void> => readAll(log, first(turn), first(turn) + stretch);
  const readBeside = (turn: number): Promise<Beside> =>
    beside(
      turn >> 1,
      () => readStretch(turn),
      () => raw.read(first(turn), first(turn) + stretch),
    );
  // Code is slow before it has run for a while, and most of it is the same for both: that is no difference between them.
  for (let turn = 0; turn < stretches; turn += 1) await readBeside(turn);
  const reading: Beside[] = [];
  for (let turn = 0; turn < stretches; turn += 1) reading.push(await readBeside(turn));
  const seeking = await inTurn(
    singles,
    (turn) => readAll(log, anywhere(turn), anywhere(turn) + 1),
    (turn) => raw.readAround(anywhere(turn)),
  );

  const single = [...traceBatches(singles, 1)].flat();
  const file = openSync(join(directory, 'singly'), 'w');
  const appending = await inTurn(
    singles,
    (turn) => log.append(singly, single.slice(turn, turn + 1), revision(turn)),
    (turn) => appendRaw(file, single[turn] as LogEvent),
  );
  closeSync(file);
  raw.close();
  await log[Symbol.asyncDispose]();
  return {
    importing,
    reading: sumOf(reading),
    seeking: medianOf(seeking),
    appending: medianOf(appending),
    opening,
    bytes,
  };
};

try {
  process.stdout.write(`${JSON.stringify(await measured())}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
