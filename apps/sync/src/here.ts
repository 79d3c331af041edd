import {
  type Deed,
  isNotesUpdated,
  isSnapshotDue,
  type NotesEvent,
  type NotesUpdated,
  notesSnapshot,
  openMirror,
  updateIn,
} from '@custody/annotations';
import { type EventLog, eventsOf, RevisionConflictError, type StreamId } from '@custody/log';

/** What an event did that was not known before. */
interface News {
  readonly event: NotesUpdated;
  readonly deeds: readonly Deed[];
}

/** The notes in the store here, while one is joined. */
export interface Here {
  /** Appends those of a server's events that bring news, with a snapshot where one is due. */
  readonly take: (events: readonly NotesUpdated[]) => Promise<readonly News[]>;
  /** Looks at an event of the store here, which another process may have written. */
  readonly see: (event: NotesUpdated) => News;
}

/** @throws StoreError when the store cannot be read. */
export const openHere = async (log: EventLog, stream: StreamId): Promise<Here> => {
  const updates: Uint8Array[] = [];
  for await (const event of eventsOf(log.read(stream))) if (isNotesUpdated(event)) updates.push(updateIn(event));
  const mirror = openMirror(updates);

  const see = (event: NotesUpdated): News & { readonly isNews: boolean } => ({
    event,
    ...mirror.take(updateIn(event)),
  });

  const take = async (events: readonly NotesUpdated[]): Promise<readonly News[]> => {
    const head = await log.head(stream);
    const news: News[] = [];
    const fresh: NotesEvent[] = [];
    for (const event of events) {
      const { isNews, deeds } = see(event);
      if (!isNews) continue;
      news.push({ event, deeds });
      fresh.push(event);
      if (isSnapshotDue(head + fresh.length)) fresh.push(notesSnapshot(mirror));
    }
    if (fresh.length === 0) return news;
    try {
      await log.append(stream, fresh, head);
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
      await behindOthers(fresh.filter(isNotesUpdated));
    }
    return news;
  };

  /** Another process wrote meanwhile: snapshots would stand in the wrong place, and can wait for the next one. */
  const behindOthers = async (fresh: readonly NotesUpdated[]): Promise<void> => {
    for (;;) {
      try {
        await log.append(stream, fresh, await log.head(stream));
        return;
      } catch (error) {
        if (!(error instanceof RevisionConflictError)) throw error;
      }
    }
  };

  return { take, see };
};
