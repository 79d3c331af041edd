import type { Finding } from '@custody/ingest';
import { DamagedStreamError, type EventLog, type LogEvent, revision, type StopSignal } from '@custody/log';
import { pagedTimeline, type Replayer, replayer } from '@custody/replay';
import { isFactType, position, type RunHeader, type Timeline, type TraceEvent, timelineOf } from '@custody/trace';
import { type CatalogueEntry, eventsStream } from './catalogue.ts';
import { RequestError } from './errors.ts';

/** A run in memory, ready to be looked at. */
export interface Run {
  readonly header: RunHeader;
  /** How often it was deleted before. */
  readonly life: number;
  readonly timeline: Timeline;
  readonly replayer: Replayer;
  readonly findings: readonly Finding[];
  /** False while it is being written, when its writer died, and when the recording broke off. */
  readonly complete: boolean;
  /** False while it is being written, or when its writer died. */
  readonly closed: boolean;
  /** Why the run ends here though the store has more of it; null when all of it could be read. */
  readonly damage: string | null;
}

const asTraceEvent = (event: LogEvent, title: string, index: number): TraceEvent => {
  if (isFactType(event.type)) return event as TraceEvent;
  throw new RequestError(
    `Cannot read event ${index} of "${title}": its type "${event.type}" is not known here; ` +
      'it was made by a newer custody, use that one',
  );
};

/** The events up to the first that cannot be read: what comes after it would be folded onto a world that is not known. */
const readable = async (
  log: EventLog,
  { header, life }: CatalogueEntry,
): Promise<{ readonly events: readonly TraceEvent[]; readonly damage: string | null }> => {
  const events: TraceEvent[] = [];
  try {
    for await (const some of log.read(eventsStream({ run: header.run, life }))) {
      for (const event of some) events.push(asTraceEvent(event, header.title, events.length));
    }
    return { events, damage: null };
  } catch (error) {
    if (!(error instanceof DamagedStreamError) || events.length === 0) throw error;
    return { events, damage: error.message };
  }
};

/** The events behind those that the run has, as they come. */
export async function* followRun(
  log: EventLog,
  { header, life, timeline }: Run,
  signal: StopSignal,
): AsyncIterable<TraceEvent> {
  let index = timeline.length;
  for await (const event of log.follow(eventsStream({ run: header.run, life }), revision(index), signal)) {
    yield asTraceEvent(event, header.title, index);
    index += 1;
  }
}

/** Who walks about jumps: a world far away is then a quarter of a page to fold. */
const snapshotEvery = 250;

/**
 * The run to be walked through, read where it is looked at: opening takes no longer the more events it has. Its
 * timeline throws a DamagedStreamError where it cannot be read.
 */
export const openRunByPage = async (log: EventLog, entry: CatalogueEntry): Promise<Run> => {
  const { header, life, end } = entry;
  const reader = await log.reader(eventsStream({ run: header.run, life }));
  const timeline = pagedTimeline(reader.revision, (from, to) =>
    reader.read(from, to).map((event, index) => asTraceEvent(event, header.title, from + index)),
  );
  return {
    header,
    life,
    timeline,
    replayer: replayer(header.topology, timeline, snapshotEvery),
    findings: end?.findings ?? [],
    closed: end !== undefined,
    complete: end?.complete ?? false,
    damage: null,
  };
};

/**
 * The run in memory. Of one that is damaged, as much as can be read from its beginning.
 *
 * @throws DamagedStreamError when nothing of it can be read; RequestError when it has a fact that is not known here.
 */
export const openRun = async (log: EventLog, entry: CatalogueEntry): Promise<Run> => {
  const { header, life, end } = entry;
  const { events, damage } = await readable(log, entry);
  const timeline = timelineOf(events);
  const ofDamage: readonly Finding[] =
    damage === null ? [] : [{ kind: 'damage', text: damage, position: position(events.length) }];
  return {
    header,
    life,
    timeline,
    replayer: replayer(header.topology, timeline),
    findings: [...(end?.findings ?? []), ...ofDamage],
    closed: end !== undefined,
    complete: damage === null && (end?.complete ?? false),
    damage,
  };
};
