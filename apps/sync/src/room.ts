import {
  type Accepted,
  type Admission,
  isNotesUpdated,
  isSnapshotDue,
  type NotesEvent,
  notesSnapshot,
  noteUpdated,
  openGate,
  updateIn,
} from '@custody/annotations';
import { type EventLog, eventsOf, type LogEvent, RevisionConflictError, revision, type StreamId } from '@custody/log';
import * as Y from 'yjs';

/** The notes of one run on a server: what is in the log, and the door that everything goes through on its way there. */
export interface Room extends AsyncDisposable {
  /**
   * Stores what `author` sent, if they may: when this resolves it is in the log, and only then may others see it.
   *
   * @throws StoreError when it could not be stored.
   */
  readonly enter: (update: Uint8Array, author: string) => Promise<Admission>;
  /** All that is stored, as one Yjs update. */
  readonly whole: () => Uint8Array;
  readonly revision: () => number;
  /** The stored events from a revision on, some at a time. */
  readonly eventsFrom: (from: number) => AsyncIterable<readonly NotesEvent[]>;
}

/** What has been stored just now, by whomever: this server, another one, or a command on the same store. */
export interface Stored {
  readonly from: number;
  readonly event: NotesEvent;
}

export interface RoomOptions {
  readonly log: EventLog;
  readonly stream: StreamId;
  /** ISO 8601. */
  readonly now: () => string;
  /** Called in the log's order. */
  readonly stored: (what: Stored) => void;
  /** An event of the log cannot be read, or the log not be followed. */
  readonly trouble: (error: unknown) => void;
  /** What others store is not told any more. */
  readonly unfollowed: () => void;
}

/** @throws Error when it is no Yjs update. */
const checked = (event: NotesEvent): Uint8Array => {
  const update = updateIn(event);
  Y.decodeUpdate(update);
  return update;
};

const asNotes = (event: LogEvent): NotesEvent => event as NotesEvent;

export const openRoom = async ({ log, stream, now, stored, trouble, unfollowed }: RoomOptions): Promise<Room> => {
  const gate = openGate();
  const closing = new AbortController();
  let at = 0;

  let isDamaged = false;

  /** A snapshot says nothing new, unless something before it cannot be read. */
  const acceptedIn = (event: NotesEvent): readonly Accepted[] => {
    try {
      if (isNotesUpdated(event)) return [{ update: checked(event), author: event.data.author }];
      return isDamaged ? [{ update: checked(event) }] : [];
    } catch (error) {
      isDamaged = true;
      trouble(error);
      return [];
    }
  };

  /** Takes in what others have stored. @returns whether there was anything. */
  const catchUp = async (): Promise<boolean> => {
    const before = at;
    const accepted: Accepted[] = [];
    for await (const event of eventsOf(log.read(stream, { from: revision(at) }))) {
      accepted.push(...acceptedIn(asNotes(event)));
      at += 1;
    }
    if (accepted.length > 0) gate.take(accepted);
    return at > before;
  };

  /** One after another: what is judged must be stored before the next is judged. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const append = async (update: Uint8Array, author: string): Promise<boolean> => {
    try {
      const updated = noteUpdated({ update, author, at: now() });
      const events = isSnapshotDue(at + 1) ? [updated, notesSnapshot(gate)] : [updated];
      at = await log.append(stream, events, revision(at));
      return true;
    } catch (error) {
      gate.takeBack();
      if (!(error instanceof RevisionConflictError)) throw error;
      await catchUp();
      return false;
    }
  };

  const enter = async (update: Uint8Array, author: string): Promise<Admission> => {
    for (;;) {
      const answer = gate.admit(update, author);
      // Another server may have stored what this builds on.
      if (!answer.admitted) {
        if (answer.early && (await catchUp())) continue;
        return answer;
      }
      if (answer.update === null || (await append(answer.update, author))) return answer;
    }
  };

  const follow = async (): Promise<void> => {
    let from = at;
    for await (const event of log.follow(stream, revision(at), closing.signal)) {
      if (from >= at) await inTurn(catchUp);
      stored({ from, event: asNotes(event) });
      from += 1;
    }
  };

  await catchUp();
  const following = follow().catch((error) => {
    if (closing.signal.aborted) return;
    trouble(error);
    unfollowed();
  });

  return {
    enter: (update, author) => inTurn(() => enter(update, author)),
    whole: gate.whole,
    revision: () => at,
    eventsFrom: (from) => log.read(stream, { from: revision(from) }) as AsyncIterable<readonly NotesEvent[]>,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await following;
      await turn;
    },
  };
};
