import { isNotesUpdated } from '@custody/annotations';
import { type EventLog, eventsOf, type LogEvent, RevisionConflictError, revision, type StreamId } from '@custody/log';
import { appendUpdates } from './notes-stream.ts';

/** What a note's event says, whoever stored it and when: two updates of the same bytes are one. */
const updateOf = ({ type, data }: LogEvent): string => {
  const update = (data as { readonly update?: unknown } | null)?.update;
  return typeof update === 'string' ? `${type} ${update}` : JSON.stringify([type, data]);
};

/** Those of `incoming` that are not in the stream, each once. */
const missing = async (log: EventLog, stream: StreamId, incoming: readonly LogEvent[]) => {
  const there = new Set<string>();
  let head = 0;
  for await (const event of eventsOf(log.read(stream))) {
    there.add(updateOf(event));
    head += 1;
  }
  const fresh = incoming.filter(isNotesUpdated).filter((event) => {
    const update = updateOf(event);
    if (there.has(update)) return false;
    there.add(update);
    return true;
  });
  return { fresh, head: revision(head) };
};

/**
 * Adds to a run's notes those that are not there yet. They are Yjs updates, so the order in which they came does not
 * matter: what comes out is the same on both sides.
 *
 * @returns how many updates were added.
 */
export const mergeNotes = async (log: EventLog, stream: StreamId, incoming: readonly LogEvent[]): Promise<number> => {
  for (;;) {
    const { fresh, head } = await missing(log, stream, incoming);
    if (fresh.length === 0) return 0;
    try {
      await appendUpdates(log, stream, fresh, head);
      return fresh.length;
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
    }
  }
};

/** How many of `incoming` are not in the stream. */
export const notesMissing = async (log: EventLog, stream: StreamId, incoming: readonly LogEvent[]): Promise<number> =>
  (await missing(log, stream, incoming)).fresh.length;
