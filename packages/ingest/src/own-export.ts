import type { RunHeader, TraceEvent } from '@custody/trace';
import {
  type Exported,
  ftraceReader,
  looksLikeFtraceExport,
  readFtraceHead,
  type Wholeness,
} from '@custody/trace-export';
import * as z from 'zod';
import type { Finding } from './findings.ts';
import type { ImportReport, TraceImport } from './import-trace.ts';
import { lockTimes } from './lock-times.ts';
import { NotATraceError } from './not-a-trace-error.ts';

/** What a run that was exported as text says of itself, of which an import keeps source and topology. */
export type ExportedHeader = Pick<RunHeader, 'source' | 'topology'>;

/** Is this text a run that custody exported, so that there is nothing in it to be understood? */
export const isOwnExport = looksLikeFtraceExport;

const name = z.string().min(1);
const device = z.object({ id: name, driver: name.nullable(), managed: z.boolean().nullable() });
const group = z.object({
  id: name,
  devices: z.array(device),
  owner: name.nullable(),
  ownerCount: z.number().int().nullable(),
  domain: name.nullable(),
});
const recording = z.object({
  kind: z.literal('recording'),
  file: name,
  kernel: name.nullable(),
  mapping: name,
});
const simulation = z.object({
  kind: z.literal('simulation'),
  variant: name,
  scenario: name,
  scheduler: name,
  seed: z.number().int().optional(),
  schedule: z.string(),
  devices: z.number().int().optional(),
  claimers: z.number().int().optional(),
  stores: z.literal('late').optional(),
  knobs: z.record(z.string(), z.string()).optional(),
});
const head = z.object({
  header: z.object({
    run: name,
    title: z.string(),
    source: z.discriminatedUnion('kind', [recording, simulation]),
    topology: z.object({ groups: z.array(group), ungrouped: z.array(device).optional() }),
  }),
  end: z
    .object({
      events: z.number().int().nonnegative(),
      complete: z.boolean(),
      findings: z.array(
        z.object({ kind: name, text: z.string(), position: z.number().int().nonnegative().optional() }),
      ),
    })
    .nullable(),
});

const unreadableHead = (why: string): NotATraceError =>
  new NotATraceError(`Cannot read the head of this exported run: ${why}`);

/** @throws NotATraceError when the first two lines do not say what they must. */
const headIn = (first: string, second: string): Exported => {
  let said: unknown;
  try {
    said = readFtraceHead(first, second);
  } catch (cause) {
    throw unreadableHead((cause as SyntaxError).message);
  }
  const parsed = head.safeParse(said);
  if (!parsed.success) throw unreadableHead(`${z.prettifyError(parsed.error)}; export the run again`);
  // Names and numbers are what the types of packages/trace brand.
  return parsed.data as unknown as Exported;
};

type Calls = Record<string, Record<string, number>>;

/** The counts that an import reports, of facts as they are. */
const tallying = () => {
  const calls: Calls = {};
  const locks = lockTimes();
  const kept = new Map<string, number>();
  let lost = 0;
  let gaps = 0;
  const add = (event: TraceEvent): void => {
    locks.watch(event);
    switch (event.type) {
      case 'CallReturned': {
        const { op, errno } = event.data;
        calls[op] = { ...calls[op], [errno]: (calls[op]?.[errno] ?? 0) + 1 };
        return;
      }
      case 'EventsLost':
        lost += event.data.count ?? 1;
        gaps += 1;
        return;
      case 'LineKept':
        kept.set(event.data.name, (kept.get(event.data.name) ?? 0) + 1);
    }
  };
  return { add, calls, kept, locks: locks.tally, lost: () => lost, gaps: () => gaps };
};

/** What the run says was found, and what became of its text since; the places of a text that was changed are others. */
const findingsOf = (
  { end }: Exported,
  wholeness: Wholeness,
  unreadable: readonly { readonly line: number; readonly reason: string }[],
): Finding[] => {
  const told = end?.findings ?? [];
  if (wholeness === 'as written') return [...told];
  const [first] = unreadable;
  const text =
    wholeness === 'cut'
      ? 'this exported run has no last line: it is only a part of the run'
      : 'this exported run is not as custody wrote it: lines were changed, added or taken out';
  return [
    ...told.map(({ kind, text }) => ({ kind, text })),
    { kind: wholeness, text: `${text}; what was found is told of the whole run, and not where` },
    ...(first === undefined
      ? []
      : [
          {
            kind: 'unreadable-lines',
            text: `${unreadable.length} ${unreadable.length === 1 ? 'line' : 'lines'} could not be read; the first is line ${first.line}: ${first.reason}`,
          },
        ]),
  ];
};

const batchSize = 16_000;

/** What is left of a fact may be another fact. */
const cutLine = { kind: 'unreadable', reason: 'it has no newline, so it may be cut' } as const;

/**
 * Reads a run that `custody export --as ftrace` wrote: the facts are taken as they are, and so is what was found, as far
 * as nobody changed the text. Equal to the exported run in everything but id, title and each event's `line`.
 *
 * @param lines - all lines of the text.
 * @throws NotATraceError when its head is not as it was written, or of a newer version.
 */
export const importOwnExport = (
  [first = '', second = '']: readonly string[],
  lines: () => AsyncIterable<{ readonly text: string; readonly cut: boolean }>,
): TraceImport & { readonly exported: ExportedHeader } => {
  const about = headIn(first, second);
  const { source, topology } = about.header;

  async function* events(): AsyncGenerator<readonly TraceEvent[], ImportReport> {
    const reader = ftraceReader();
    const tally = tallying();
    const unreadable: { line: number; reason: string }[] = [];
    let line = 0;
    let facts = 0;
    let verbatim = 0;
    let batch: TraceEvent[] = [];
    for await (const { text, cut } of lines()) {
      line += 1;
      const read = cut && !text.startsWith('#') ? cutLine : reader.read(text);
      if (read.kind === 'unreadable') unreadable.push({ line, reason: read.reason });
      if (read.kind !== 'event') continue;
      facts += 1;
      if (read.event.type === 'LineKept') verbatim += 1;
      tally.add(read.event);
      batch.push(read.event);
      if (batch.length >= batchSize) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
    const wholeness = reader.wholeness();
    const told = about.end?.findings ?? [];
    const ofKind = (kind: string): number => told.filter((finding) => finding.kind === kind).length;
    return {
      lines: line,
      events: facts - verbatim,
      verbatim,
      skipped: line - facts,
      facts,
      lost: tally.lost(),
      gaps: tally.gaps(),
      // What was withdrawn, missed or overrun the exported findings say in words.
      withdrawn: 0,
      missed: null,
      overrun: null,
      markers: null,
      unexplained: ofKind('unexplained-ownership'),
      heldTwice: ofKind('lock-held-twice'),
      calls: tally.calls,
      locks: tally.locks(),
      read: [],
      owners: {},
      complete: wholeness === 'as written' && (about.end?.complete ?? false),
      findings: findingsOf(about, wholeness, unreadable),
      kept: [...tally.kept]
        .map(([kept, count]) => ({ name: kept, count }))
        .sort((left, right) => right.count - left.count),
    };
  }

  const kernel = source.kind === 'recording' ? source.kernel : null;
  return { format: 'text', kernel, mapping: 'custody ftrace 1', events, exported: { source, topology } };
};
