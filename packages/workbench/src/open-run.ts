import type { Finding } from '@custody/ingest';
import type { EventLog, LogEvent } from '@custody/log';
import { type Replayer, replayer } from '@custody/replay';
import { isFactType, type RunHeader, type Timeline, type TraceEvent, timelineOf } from '@custody/trace';
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
}

const asTraceEvent = (event: LogEvent, title: string, index: number): TraceEvent => {
  if (isFactType(event.type)) return event as TraceEvent;
  throw new RequestError(
    `Cannot read event ${index} of "${title}": its type "${event.type}" is not known here; ` +
      'it was made by a newer custody, use that one',
  );
};

export const openRun = async (log: EventLog, { header, life, end }: CatalogueEntry): Promise<Run> => {
  const events: TraceEvent[] = [];
  for await (const event of log.read(eventsStream({ run: header.run, life }))) {
    events.push(asTraceEvent(event, header.title, events.length));
  }
  const timeline = timelineOf(events);
  return {
    header,
    life,
    timeline,
    replayer: replayer(header.topology, timeline),
    findings: end?.findings ?? [],
    closed: end !== undefined,
    complete: end?.complete ?? false,
  };
};
