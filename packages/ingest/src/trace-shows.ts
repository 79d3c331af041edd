import { neverReleased } from './findings.ts';
import { type ImportOptions, importTrace } from './import-trace.ts';
import { type FamilyShown, familiesShown, type Missing, type ProbeThere } from './mapping/families.ts';
import type { KernelLine } from './mapping/kernel-line.ts';
import { defaultLine, lineFor } from './mapping/lines.ts';
import { mappingOf, rowFinder } from './mapping/mapping.ts';
import { needsFilter, probeLines } from './mapping/probe-line.ts';
import { type ArgumentName, type At, argumentNames } from './mapping/row.ts';
import type { TraceSource } from './open-trace.ts';
import type { RecordedTopology } from './topology-file.ts';

/** A probe that a trace lacks, and how to add it. */
export interface ProbeToAdd {
  readonly on: string;
  readonly at: At;
  readonly prints: readonly ArgumentName[];
  /** Lines for tracefs, ready where `offsetsOf` is not null; else `<name>` stands for an offset. */
  readonly lines: readonly string[];
  /** Events among them that need a filter on the addresses of their mutexes, else every mutex of the kernel is traced. */
  readonly filter: readonly string[];
}

/** Whether a trace can show a family of facts, and what to add where not. */
export interface FamilyOfTrace extends Omit<FamilyShown, 'missing' | 'better'> {
  readonly missing: readonly ProbeToAdd[];
  readonly better: readonly ProbeToAdd[];
}

/** What a trace can show. */
export interface TraceShows {
  readonly kernel: string | null;
  readonly mapping: string;
  /** The build whose offsets the lines have; null where nobody has looked. */
  readonly offsetsOf: string | null;
  readonly families: readonly FamilyOfTrace[];
}

/** tracefs `format` files, one after the other: which probes were there, though some never printed a line. */
const definedIn = (formats: string): { readonly name: string; readonly print: string }[] =>
  formats.split(/^name: /m).flatMap((event) => {
    const [, name] = /^(\S+)\n/.exec(event) ?? [];
    const [, print = ''] = /^print fmt: "((?:[^"\\]|\\.)*)"/m.exec(event) ?? [];
    return name === undefined ? [] : [{ name, print }];
  });

const withLines = (line: KernelLine, { row, prints }: Missing): ProbeToAdd => ({
  on: row.on,
  at: row.at,
  prints,
  lines: probeLines(row, line),
  filter: needsFilter(row),
});

/**
 * Reads a trace and says, per family of facts, whether it can show it.
 *
 * @param source - as for `importTrace`.
 * @param options - as for `importTrace`; `formats` is the text of the events' `format` files, if there is one.
 * @throws NotATraceError, TopologyError as `importTrace`.
 */
export const traceShows = async (
  source: TraceSource,
  recorded: RecordedTopology,
  { formats, ...options }: ImportOptions & { readonly formats?: string | undefined } = {},
): Promise<TraceShows> => {
  const trace = await importTrace(source, recorded, options);
  const batches = trace.events();
  let step = await batches.next();
  while (!step.done) step = await batches.next();

  const line = trace.kernel === null ? defaultLine : lineFor(trace.kernel);
  const mapping = mappingOf(line, options.mapping);
  const finder = rowFinder(mapping);
  const printed = new Set(step.value.read.map(({ name }) => name));
  const silent = definedIn(formats ?? '').flatMap(({ name, print }): ProbeThere[] => {
    const row = printed.has(name) ? undefined : finder.named(name)?.row;
    if (row === undefined) return [];
    const words = new Set([...print.matchAll(/(\w+)=/g)].map(([, word]) => word));
    return [{ name, on: row.on, at: row.at, arguments: argumentNames.filter((argument) => words.has(argument)) }];
  });
  const blind = neverReleased(step.value).length > 0;
  const unlock = mapping.rows.find(({ means }) => means === 'LockReleased');
  const seen = (family: FamilyShown): FamilyShown =>
    family.id === 'locks' && family.shown === 'yes' && blind && unlock !== undefined
      ? { ...family, shown: 'partly', missing: [{ row: unlock, prints: unlock.uses }] }
      : family;
  return {
    kernel: trace.kernel,
    mapping: trace.mapping,
    offsetsOf: line.layout?.build ?? null,
    families: familiesShown(mapping, [...step.value.read, ...silent])
      .map(seen)
      .map((family) => ({
        ...family,
        missing: family.missing.map((missing) => withLines(line, missing)),
        better: family.better.map((missing) => withLines(line, missing)),
      })),
  };
};
