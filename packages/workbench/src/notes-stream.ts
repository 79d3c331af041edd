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
import {
  type EventLog,
  eventsOf,
  type LogEvent,
  type Revision,
  revision,
  StoreError,
  type StreamId,
} from '@custody/log';

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

/** The events from `from` to `to`, if the first is a snapshot, or it is the beginning of the stream; else nothing. */
const eventsFrom = async (log: EventLog, stream: StreamId, from: number, to: number) => {
  const events: NotesEvent[] = [];
  let at = from;
  for await (const event of eventsOf(log.read(stream, { from: revision(from), to: revision(to) }))) {
    if (at === from && from > 0 && !isNotesSnapshot(event)) return null;
    at += 1;
    if (isNotesEvent(event)) events.push(event);
  }
  return events;
};

/** What the notes at `to` are made of: the newest snapshot before, if any (earlier streams have none), and the rest. */
const recentEvents = async (log: EventLog, stream: StreamId, to: number) => {
  for (let slot = Math.floor(to / snapshotEvery) * snapshotEvery - 1; slot >= 0; slot -= snapshotEvery) {
    const events = await eventsFrom(log, stream, slot, to);
    if (events !== null) return { events, from: slot };
  }
  return { events: (await eventsFrom(log, stream, 0, to)) ?? [], from: 0 };
};

/** The notes at a revision (default: now), from the newest snapshot on. */
export const readNotes = async (log: EventLog, stream: StreamId, to?: Revision): Promise<NotesAt> => {
  const head = await log.head(stream);
  const end = to === undefined || to > head ? head : to;
  const { events, from } = await recentEvents(log, stream, end);
  return { notes: openNotesEvents(events, from), revision: end };
};

/** Updates with the snapshots that are due among them: each of just the events before it. */
const withSnapshots = async (
  log: EventLog,
  stream: StreamId,
  updates: readonly NotesUpdated[],
  expected: Revision,
): Promise<readonly NotesEvent[]> => {
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
      // What cannot be read would be hidden by a snapshot; whoever opens the notes is to be told.
      if (before.damaged.length === 0) {
        recent = [];
        push(notesSnapshot(before));
      }
    }
    push(update);
  }
  return events;
};

/**
 * Appends updates, and snapshots where they are due and the store has room for one: a server takes no event that is
 * larger than so much.
 *
 * @throws RevisionConflictError when the stream is not at `expected`.
 */
export const appendUpdates = async (
  log: EventLog,
  stream: StreamId,
  updates: readonly NotesUpdated[],
  expected: Revision,
): Promise<Revision> => {
  const events = await withSnapshots(log, stream, updates, expected);
  try {
    return await log.append(stream, events, expected);
  } catch (error) {
    if (!(error instanceof StoreError) || events.length === updates.length) throw error;
    return log.append(stream, updates, expected);
  }
};
