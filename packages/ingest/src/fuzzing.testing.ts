/**
 * A campaign of damaged files in a process of its own: `node fuzzing.testing.ts <campaign> <first seed> <count>`. Says
 * each seed before its file is imported, and at the end what came of all, as JSON.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { isFactType, type TraceEvent } from '@custody/trace';
import { chance, damaged, type Format } from './damage.testing.ts';
import type { Finding } from './findings.ts';
import { type ImportReport, importTrace } from './import-trace.ts';
import { NotATraceError } from './not-a-trace-error.ts';
import type { TraceSource } from './open-trace.ts';
import { smallRecording } from './syntax/trace-dat/small-recording.testing.ts';
import { fixture, nodeTools } from './syntax/trace-dat/trace-cmd.testing.ts';
import { writeVersion6, writeVersion7 } from './syntax/trace-dat/trace-dat.testing.ts';
import { parseTopology, type RecordedTopology, TopologyError } from './topology-file.ts';

/** What came of the files of a campaign. */
export interface Campaign {
  readonly files: number;
  /** Not imported, with a reason. */
  readonly refused: number;
  /** Imported with a finding that the whole file has not, or without one that it has. */
  readonly noticed: number;
  /** Imported, with the facts of the whole file: what was hit says nothing. */
  readonly unharmed: number;
  /** Imported with other facts and no finding: a number or a word that might as well have been so. */
  readonly unnoticed: number;
  /** In ms of the processor's time, as others may be at work beside; and the seed of the file. */
  readonly slowest: { readonly ms: number; readonly seed: number };
  /** How much memory the process took beyond that of its start, at most; in bytes. */
  readonly memory: number;
  /** Files of which a law does not hold, and which; not more than ten. */
  readonly broken: readonly string[];
}

interface Original {
  readonly format: Format;
  readonly bytes: Uint8Array;
  readonly recorded: RecordedTopology;
}

const fixtures = fileURLToPath(new URL('../../../fixtures', import.meta.url));
/** The recordings beside the project, or where CUSTODY_TRACES says. */
export const besideProject =
  process.env['CUSTODY_TRACES'] ?? fileURLToPath(new URL('../../../../shared/traces', import.meta.url));

const topologyIn = (folder: string): RecordedTopology =>
  parseTopology(readFileSync(join(folder, 'topology.json'), 'utf8'));

const textOf = (name: string): Original => {
  const folder = join(fixtures, name);
  const bytes = gunzipSync(readFileSync(join(folder, 'stream.trace.gz')));
  return { format: 'text', bytes: new Uint8Array(bytes), recorded: topologyIn(folder) };
};

const keptDats = (): Original[] => {
  const folder = join(fixtures, 'lab-robin-leak');
  const small = smallRecording();
  const zstd = { name: 'zstd', compress: zstdCompressSync };
  const files = [writeVersion6(small), writeVersion7(small), writeVersion7(small, zstd)];
  return [fixture(), ...files, ...files, ...files].map((bytes) => ({
    format: 'trace.dat',
    bytes,
    recorded: topologyIn(folder),
  }));
};

const datsBeside = (): Original[] =>
  readdirSync(besideProject)
    .map((name) => join(besideProject, name))
    .filter((folder) => existsSync(join(folder, 'trace.dat')))
    .map((folder) => ({
      format: 'trace.dat',
      bytes: new Uint8Array(readFileSync(join(folder, 'trace.dat'))),
      recorded: topologyIn(folder),
    }));

const campaigns = {
  text: () => ['6.1-basic', '6.1-basic', '6.12-type', '5.10-bugon', 'lab-robin-leak'].map(textOf),
  'trace.dat': keptDats,
  'trace.dat beside': datsBeside,
} as const;
export type CampaignName = keyof typeof campaigns;

const isComment = (line: string): boolean => /^\s*$|^#|^version = |^cpus=\d+\r?$/.test(line);

/** Lines of a text as an editor counts them, and how many of them could be comments. */
const counted = (bytes: Uint8Array) => {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines: lines.length, comments: lines.filter(isComment).length };
};

const unreadableIn = (findings: readonly Finding[]): number =>
  Number(/^(\d+) /.exec(findings.find(({ kind }) => kind === 'unreadable-lines')?.text ?? '')?.[1] ?? 0);

function* numbersIn(value: unknown): Generator<number, void> {
  if (typeof value === 'number') yield value;
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* numbersIn(one);
}

/** What is to be remembered of events that are not kept. */
interface Watched {
  readonly facts: number;
  readonly kept: number;
  readonly line: number;
  /** Of all that they say, but for where they lie in the file. */
  readonly digest: string;
  /** The first law that does not hold. */
  readonly broken: string | undefined;
}

function* lawsOfEvent(event: TraceEvent, before: number): Generator<string, void> {
  const what = `${event.type} at line ${event.line}`;
  if (!isFactType(event.type)) yield `${what} is no fact`;
  if (event.task === '') yield `${what} has no task`;
  for (const number of numbersIn(event)) if (!Number.isSafeInteger(number)) yield `${what} says ${number}`;
  if ((event.cpu ?? 0) < 0) yield `${what} is of CPU ${event.cpu}`;
  if ((event.line ?? 0) < before) yield `${what} comes after line ${before}`;
}

const watching = () => {
  const hash = createHash('sha1');
  let facts = 0;
  let kept = 0;
  let line = 1;
  let broken: string | undefined;
  return {
    watch: (event: TraceEvent): void => {
      broken ??= lawsOfEvent(event, line).next().value ?? undefined;
      facts += 1;
      if (event.type === 'LineKept') kept += 1;
      line = event.line ?? line;
      hash.update(JSON.stringify({ ...event, line: 0 }));
    },
    end: (): Watched => ({ facts, kept, line, digest: hash.digest('hex'), broken }),
  };
};

/** Imports as `custody import` does: no more than a batch of events is at hand. */
const imported = async (source: TraceSource, recorded: RecordedTopology): Promise<Imported> => {
  const { watch, end } = watching();
  const batches = (await importTrace(source, recorded)).events();
  for (let step = await batches.next(); ; step = await batches.next()) {
    if (step.done) return { watched: end(), report: step.value };
    for (const event of step.value) watch(event);
  }
};

interface Imported {
  readonly watched: Watched;
  readonly report: ImportReport;
}

/** The laws of an import that do not hold. */
function* lawsBroken({ watched, report }: Imported, format: Format, bytes: Uint8Array): Generator<string, void> {
  if (watched.broken !== undefined) yield watched.broken;
  const { lines, events, verbatim, skipped, facts, findings, kept, complete } = report;
  if (events + verbatim + skipped !== lines) yield `${events} + ${verbatim} + ${skipped} lines are not ${lines}`;
  const there = format === 'text' ? counted(bytes) : { lines, comments: 0 };
  if (lines !== there.lines) yield `${lines} lines are reported of ${there.lines}`;
  if (watched.line > Math.max(lines, 1)) yield `an event is at line ${watched.line} of ${lines}`;

  const unreadable = unreadableIn(findings);
  const comments = skipped - unreadable;
  if (comments < 0 || comments > there.comments) {
    yield `${skipped} lines are skipped: ${unreadable} could not be read, ${there.comments} may be comments`;
  }
  // None of the whole files is empty.
  if (lines === 0 && findings.length === 0) yield 'nothing is in it, and nothing says why';
  if (findings.length === 0 && !complete) yield 'it is not complete, and nothing says why';

  if (facts !== watched.facts) yield `${facts} facts are reported of ${watched.facts}`;
  const told = kept.reduce((sum, { count }) => sum + count, 0);
  if (told !== watched.kept) yield `${told} events are said to be kept, and ${watched.kept} are`;
  for (const { position = 0, kind } of findings) {
    if (position < 0 || position > facts) yield `finding ${kind} is at ${position}`;
  }
}

const inPieces = (bytes: Uint8Array, size: number): TraceSource => ({
  unpack: nodeTools,
  async *open() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  },
});

/** Without where they lie: a line more moves all that follow. */
const saidBy = ({ report }: Imported): string =>
  JSON.stringify([report.complete, report.findings.map(({ kind, text }) => [kind, text])]);

const mostMs = 2000;
const leastReason = 20;

/** The most memory that this process ever had, in bytes; maxRSS would have that of the process that started it. */
const peak = (): number => {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return kibibytes === undefined ? process.resourceUsage().maxRSS * 1024 : Number(kibibytes) * 1024;
};

const run = async (name: CampaignName, firstSeed: number, count: number): Promise<Campaign> => {
  const originals = campaigns[name]();
  const donors = [...originals.map(({ bytes }) => bytes), textOf('6.1-basic').bytes];
  const start = peak();
  const wholes: { readonly said: string; readonly digest: string }[] = [];
  for (const { bytes, recorded } of originals) {
    const whole = await imported(inPieces(bytes, bytes.length), recorded);
    wholes.push({ said: saidBy(whole), digest: whole.watched.digest });
  }
  const came = { refused: 0, noticed: 0, unharmed: 0, unnoticed: 0 };
  const slowest = { ms: 0, seed: firstSeed };
  const broken: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + count && broken.length < 10; seed += 1) {
    writeSync(1, `${seed}\n`);
    const next = chance(seed);
    const index = next(originals.length);
    const { bytes: whole, format, recorded } = originals[index] as Original;
    const { bytes, wounds } = damaged(whole, format, next, donors);
    const complain = (what: string): void => {
      broken.push(`seed ${seed} (file ${index}, ${wounds.join(', ')}): ${what}`);
    };
    const source = inPieces(bytes, [1000, 10_007, 65_536, bytes.length + 1][next(4)] as number);
    const began = process.cpuUsage();
    let result: Imported | null = null;
    let reason: unknown = null;
    try {
      result = await imported(source, recorded);
    } catch (error) {
      reason = error;
    }
    const { user, system } = process.cpuUsage(began);
    const ms = Math.round((user + system) / 1000);
    if (ms > slowest.ms) Object.assign(slowest, { ms, seed });
    if (ms >= mostMs) complain(`took ${ms} ms`);
    if (result === null) {
      came.refused += 1;
      if (!(reason instanceof NotATraceError || reason instanceof TopologyError)) {
        complain(reason instanceof Error ? `${reason.stack}` : String(reason));
      } else if (reason.message.length <= leastReason) complain(`is refused with ${JSON.stringify(reason.message)}`);
      continue;
    }
    const [law] = lawsBroken(result, format, bytes);
    if (law !== undefined) complain(law);
    const { said, digest } = wholes[index] as (typeof wholes)[number];
    if (saidBy(result) !== said) came.noticed += 1;
    else came[result.watched.digest === digest ? 'unharmed' : 'unnoticed'] += 1;
  }
  return { files: count, ...came, slowest, memory: peak() - start, broken };
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , name, firstSeed, count] = process.argv;
  writeSync(1, JSON.stringify(await run(name as CampaignName, Number(firstSeed), Number(count))));
}
