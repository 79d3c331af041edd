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

/** What somebody did that was not known here before, when they last did. */
export interface News {
  readonly by: string;
  readonly at: string;
  readonly deeds: readonly Deed[];
}

/** The notes in the store here, while one is joined. */
export interface Here {
  /** Appends those of a server's events that bring news, with a snapshot where one is due. */
  readonly take: (events: readonly NotesUpdated[]) => Promise<readonly News[]>;
  /** Looks at an event of the store here. @returns null for one that was appended by `take`, or was there at first. */
  readonly see: (event: NotesUpdated) => News | null;
}

/** Neighbours by one author, together. */
const byAuthor = (events: readonly NotesUpdated[]): readonly (readonly NotesUpdated[])[] => {
  const groups: NotesUpdated[][] = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (last?.[0]?.data.author === event.data.author) last.push(event);
    else groups.push([event]);
  }
  return groups;
};

/** @throws StoreError when the store cannot be read. */
export const openHere = async (log: EventLog, stream: StreamId): Promise<Here> => {
  /** The updates that the mirror has, as they are stored. */
  const known = new Set<string>();
  const updates: Uint8Array[] = [];
  for await (const event of eventsOf(log.read(stream))) {
    if (!isNotesUpdated(event)) continue;
    known.add(event.data.update);
    updates.push(updateIn(event));
  }
  const mirror = openMirror(updates);

  /** What events by one author did, and those of them that brought it. */
  const look = (events: readonly NotesUpdated[]) => {
    const fresh = events.filter(({ data: { update } }) => !known.has(update));
    const { isNews, deeds } = mirror.take(fresh.map(updateIn));
    for (const { data } of fresh) known.add(data.update);
    const { author: by = '', at = '' } = fresh.at(-1)?.data ?? {};
    return { fresh: fresh.filter((_, index) => isNews[index]), news: { by, at, deeds } };
  };

  const take = async (events: readonly NotesUpdated[]): Promise<readonly News[]> => {
    const head = await log.head(stream);
    const news: News[] = [];
    const appended: NotesEvent[] = [];
    for (const group of byAuthor(events)) {
      // Up to the next snapshot, which holds all before it and nothing after it.
      for (let rest: readonly NotesUpdated[] = group; rest.length > 0; ) {
        const room = roomBefore(head + appended.length);
        const looked = look(rest.slice(0, room));
        rest = rest.slice(room);
        news.push(looked.news);
        appended.push(...looked.fresh);
        if (isSnapshotDue(head + appended.length)) appended.push(notesSnapshot(mirror));
      }
    }
    if (appended.length === 0) return news;
    try {
      await log.append(stream, appended, head);
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
      await behindOthers(appended.filter(isNotesUpdated));
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

  return { take, see: (event) => (known.has(event.data.update) ? null : look([event]).news) };
};

/** How many events may follow before a snapshot is due; 1 or more. */
const roomBefore = (revision: number): number => {
  let room = 1;
  while (!isSnapshotDue(revision + room)) room += 1;
  return room;
};
