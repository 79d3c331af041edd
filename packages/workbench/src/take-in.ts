import { isNotesSnapshot } from '@custody/annotations';
import { type EventLog, eventsOf, type LogEvent, type StreamId } from '@custody/log';
import { isFactType, type RunId, type RunSource } from '@custody/trace';
import { catalogueOf, deletionsOf, eventsStream, notesStream, type RunEnd, type RunLife } from './catalogue.ts';
import { RequestError } from './errors.ts';
import { mergeNotes } from './merge-notes.ts';
import { type Origin, originOf } from './origin.ts';
import { type About, aboutIn, type Parcel } from './parcel.ts';
import type { Ports } from './ports.ts';
import { append, beginRun, closeRun, deletedMeanwhile } from './write-run.ts';

/** A run that came from elsewhere and is in the log now. */
export interface TakenRun {
  readonly run: RunId;
  /** As this log has it: a run that was there keeps its title. */
  readonly title: string;
  readonly source: RunSource;
  readonly openedAt: string;
  /** Absent for a run that was not closed where it came from, and is not here. */
  readonly end?: RunEnd;
  /** All of its events were here before. */
  readonly already: boolean;
  /** How many events came, and how many of them had to be written. */
  readonly facts: number;
  readonly written: number;
  /** SHA-256 of the events that came, each as its line of JSON and a newline. */
  readonly digest: string;
  /** Updates of notes: how many came, and how many of them were not here. */
  readonly notes: { readonly came: number; readonly added: number };
  readonly origin: Origin;
}

export interface TakeOptions {
  /** What to call a run that is not here yet. Default: what it was called. */
  readonly title?: string | undefined;
  /** Told how many events are read or written so far. */
  readonly progress?: (doing: 'checked' | 'written', events: number) => void;
}

/** @throws RequestError when it is no event, or one that this version does not know. */
const checkEvent = (event: LogEvent, index: number, { header }: About): void => {
  const { type, data, task, at } = event as { readonly [Key in keyof LogEvent | 'task' | 'at']?: unknown };
  const isEvent = typeof data === 'object' && data !== null && typeof task === 'string' && Number.isSafeInteger(at);
  if (typeof type === 'string' && isEvent && isFactType(type)) return;
  throw new RequestError(
    isEvent
      ? `Cannot take in "${header.title}": the type of its event ${index}, "${type}", is not known here; ` +
          'a newer custody made it, upgrade this one'
      : `Cannot take in "${header.title}": its event ${index} has no data, task or time; custody does not write it so`,
  );
};

const otherRun = ({ header }: About, how: string): RequestError =>
  new RequestError(
    `Cannot take in "${header.title}": run ${header.run} is in the store with other events (${how}), so one of the ` +
      'two is not what its id says; look at this one in a store of its own, with --store FILE',
  );

/** What the whole parcel holds, looked at before any of it is written. */
interface Checked {
  /** How many of the run's events the log has already. */
  readonly there: number;
  readonly digest: string;
  readonly notes: readonly LogEvent[];
}

/**
 * Reads all of it: whatever is wrong is thrown here, before anything is kept.
 *
 * @throws what `parcel.read` throws; RequestError when the log has the run with other events.
 */
const check = async (
  { log, running }: Ports,
  parcel: Parcel,
  about: About,
  { progress, stream }: TakeOptions & { readonly stream: StreamId },
): Promise<Checked> => {
  const there: number = await log.head(stream);
  const mine = eventsOf(log.read(stream));
  const digest = running();
  const notes: LogEvent[] = [];
  let at = 0;
  for await (const { of, items } of parcel.read()) {
    if (of === 'notes') {
      notes.push(...items.filter((event) => !isNotesSnapshot(event)));
      continue;
    }
    for (const event of items) {
      checkEvent(event, at, about);
      const line = JSON.stringify(event);
      digest.add(`${line}\n`);
      if (at < there) {
        const { value } = await mine.next();
        if (JSON.stringify(value) !== line) throw otherRun(about, `event ${at} differs`);
      }
      at += 1;
    }
    progress?.('checked', at);
  }
  await mine.return();
  return { there, digest: digest.end(), notes };
};

/** Writes the events that are not there yet; `check` has looked at each. */
const write = async (
  log: EventLog,
  parcel: Parcel,
  { header }: About,
  { of: life, from, progress }: TakeOptions & { readonly of: RunLife; readonly from: number },
): Promise<void> => {
  let passed = 0;
  let there = from;
  for await (const { of, items } of parcel.read()) {
    if (of === 'notes') break;
    const fresh = items.slice(Math.max(0, there - passed));
    passed += items.length;
    if (fresh.length === 0) continue;
    await append(log, header, life, fresh, there);
    there = passed;
    progress?.('written', there);
  }
};

/**
 * Takes a run in that comes from another log or a file, as it is: its id, header, times, events, findings and notes.
 * All of it is read and checked before the first of it is written. What is there already stays; one whose writer died
 * is taken up where it stopped; notes are merged.
 *
 * @throws RequestError when it is not a run, or when the log has another run under its id.
 * @throws BusyRunError when another process is writing the same run.
 */
export const takeIn = async (ports: Ports, parcel: Parcel, options: TakeOptions = {}): Promise<TakenRun> => {
  const { log } = ports;
  const sent = aboutIn(parcel);
  const { run } = sent.header;
  const facts = parcel.events.count;
  const known = (await catalogueOf(log)).get(run);
  const life = known?.life ?? (await deletionsOf(log)).get(run) ?? 0;
  const here = { events: eventsStream({ run, life }), notes: notesStream({ run, life }) };
  const { there, digest, notes } = await check(ports, parcel, sent, { ...options, stream: here.events });
  if (known?.end && facts > there) throw otherRun(sent, `it has ${there} and no more, here are ${facts}`);
  if (sent.end && there > facts) throw otherRun(sent, `it has ${there}, here are ${facts} and no more`);
  const origin = await originOf(ports, parcel, sent);

  const header = { ...sent.header, title: options.title ?? sent.header.title };
  const of = await beginRun(log, header, sent.openedAt);
  if (of.life !== life) throw deletedMeanwhile(header);
  if (there < facts) await write(log, parcel, sent, { ...options, of, from: there });
  const added = await mergeNotes(log, here.notes, notes);
  const { end, closedAt } = sent;
  if (end !== null && closedAt !== null) {
    await closeRun(log, header, of, { end, at: closedAt });
  }
  const already = known !== undefined && there >= facts && (known.end !== undefined || end === null);
  const kept = known ?? { header, openedAt: sent.openedAt };
  const keptEnd = known?.end ?? end;
  return {
    run,
    title: kept.header.title,
    source: kept.header.source,
    openedAt: kept.openedAt,
    ...(keptEnd && { end: keptEnd }),
    already,
    facts,
    written: Math.max(0, facts - there),
    digest,
    notes: { came: notes.length, added },
    origin,
  };
};
