import {
  isNotesSnapshot,
  isNotesUpdated,
  isSnapshotDue,
  type NotesDocument,
  type NotesEvent,
  type NotesUpdated,
  notesSnapshot,
  openNotesEvents,
  snapshotEvery,
} from '@custody/annotations';
import { type EventLog, eventsOf, type LogEvent, type Revision, revision, type StreamId } from '@custody/log';

const isNotesEvent = (event: LogEvent): event is NotesEvent => isNotesUpdated(event) || isNotesSnapshot(event);

/** Notes as a stream tells them up to a revision. */
export interface NotesAt {
  readonly notes: NotesDocument;
  readonly revision: Revision;
}

/** Every event of the stream, from its beginning. */
export const everyNotesEvent = async (log: EventLog, stream: StreamId): Promise<readonly NotesEvent[]> => {
  const events: NotesEvent[] = [];
  for await (const event of eventsOf(log.read(stream))) if (isNotesEvent(event)) events.push(event);
  return events;
};

/** Where the newest snapshot before `to` is; 0 when there is none: streams made earlier have none, or few. */
const snapshotBefore = async (log: EventLog, stream: StreamId, to: number): Promise<number> => {
  const last = Math.floor(to / snapshotEvery) * snapshotEvery - 1;
  for (let at = last; at >= 0; at -= snapshotEvery) {
    for await (const event of eventsOf(log.read(stream, { from: revision(at), to: revision(at + 1) }))) {
      if (isNotesSnapshot(event)) return at;
    }
  }
  return 0;
};

/** The events from the newest snapshot before `to` on: what the notes at `to` are made of. */
const recentEvents = async (log: EventLog, stream: StreamId, to: Revision) => {
  const from = await snapshotBefore(log, stream, to);
  const events: NotesEvent[] = [];
  for await (const event of eventsOf(log.read(stream, { from: revision(from), to }))) {
    if (isNotesEvent(event)) events.push(event);
  }
  return { events, from };
};

/** The notes at a revision (default: now), from the newest snapshot on. */
export const readNotes = async (log: EventLog, stream: StreamId, to?: Revision): Promise<NotesAt> => {
  const head = await log.head(stream);
  const end = to === undefined || to > head ? head : to;
  const { events, from } = await recentEvents(log, stream, end);
  return { notes: openNotesEvents(events, from), revision: end };
};

/**
 * Appends updates, and among them the snapshots that are due: each is of just the events before it. Where one of those
 * cannot be read there is none, so that this is said to whoever opens the notes.
 *
 * @throws RevisionConflictError when the stream is not at `expected`.
 */
export const appendUpdates = async (
  log: EventLog,
  stream: StreamId,
  updates: readonly NotesUpdated[],
  expected: Revision,
): Promise<Revision> => {
  const events: NotesEvent[] = [];
  let recent: NotesEvent[] | undefined;
  const push = (event: NotesEvent): void => {
    events.push(event);
    recent?.push(event);
  };
  for (const update of updates) {
    if (isSnapshotDue(expected + events.length)) {
      recent ??= [...(await recentEvents(log, stream, expected)).events, ...events];
      const before = openNotesEvents(recent);
      if (before.damaged.length === 0) {
        recent = [];
        push(notesSnapshot(before));
      }
    }
    push(update);
  }
  return log.append(stream, events, expected);
};
