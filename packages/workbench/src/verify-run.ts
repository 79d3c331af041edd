import { isNotesSnapshot } from '@custody/annotations';
import { eventsOf, type LogEvent } from '@custody/log';
import { type CatalogueEntry, catalogueOf, eventsStream, notesStream } from './catalogue.ts';
import { notesMissing } from './merge-notes.ts';
import { type About, aboutIn, type Parcel } from './parcel.ts';
import type { Ports } from './ports.ts';

/** What came of comparing a run in the log with one that was sent. */
export interface Verdict {
  /** In words, what is not the same; empty when everything is. */
  readonly differences: readonly string[];
  /** Events that were compared; `digest` is the SHA-256 of those in this log, as `TakenRun` has it. */
  readonly events: number;
  readonly digest: string;
  /** Updates of notes that were looked for. More may be here: those of other people. */
  readonly notes: number;
}

/** As JSON with its keys in order, so that two stores may have written them in different ones. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );

/** A run that was here keeps its title, file and time; what the run is must be the same. */
const entryDifferences = (entry: CatalogueEntry | undefined, { header, end }: About): string[] => {
  if (entry === undefined) return [`the catalogue does not have ${header.run}`];
  const same = (mine: unknown, sent: unknown, what: string): string[] =>
    canonical(mine) === canonical(sent) ? [] : [`${what} in the catalogue is another`];
  return [
    ...same(entry.header.source.kind, header.source.kind, 'the source'),
    ...same(entry.header.topology, header.topology, 'the topology'),
    ...(end === null ? [] : same(entry.end, end, 'how the run ended')),
  ];
};

/** @param progress - told how many events are compared so far. */
export const verifyRun = async (
  { log, running }: Ports,
  parcel: Parcel,
  progress: (events: number) => void = () => {},
): Promise<Verdict> => {
  const about = aboutIn(parcel);
  const { run } = about.header;
  const entry = (await catalogueOf(log)).get(run);
  const here = { run, life: entry?.life ?? 0 };
  const differences = entryDifferences(entry, about);
  const mine = eventsOf(log.read(eventsStream(here)));
  const digest = running();
  const notes: LogEvent[] = [];
  let events = 0;
  let differs: number | undefined;
  for await (const { of, items } of parcel.read()) {
    if (of === 'notes') notes.push(...items.filter((event) => !isNotesSnapshot(event)));
    else {
      for (const event of items) {
        const { value } = await mine.next();
        const line = JSON.stringify(value);
        if (line !== JSON.stringify(event)) differs ??= events;
        digest.add(`${line}\n`);
        events += 1;
      }
      progress(events);
    }
  }
  const more = about.end !== null && !(await mine.next()).done;
  await mine.return();
  if (differs !== undefined) differences.push(`event ${differs} is another`);
  if (more) differences.push(`there are events after ${events}`);
  const missing = await notesMissing(log, notesStream(here), notes);
  if (missing > 0) differences.push(`${missing} of ${notes.length} updates of notes are missing`);
  return { differences, events, digest: digest.end(), notes: notes.length };
};
