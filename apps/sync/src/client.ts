import { isNotesUpdated, type NotesUpdated, openGate, updateIn } from '@custody/annotations';
import { type EventLog, revision, type StreamId } from '@custody/log';
import { type News, openHere } from './here.ts';
import { claimedIn, type Role } from './invitation.ts';
import { type Line, type LineEars, openLine } from './line.ts';
import type { Presence } from './presence.ts';
import { type Ask, answerIn, type Told } from './wire.ts';

export { claimedIn, InvitationError } from './invitation.ts';
export type { Presence } from './presence.ts';

/** What happens while one is joined, in the order in which it does. */
export type Happening =
  | { readonly what: 'connected'; readonly name: string; readonly role: Role }
  | { readonly what: 'disconnected' }
  /** All that the server had is here. */
  | { readonly what: 'caught up'; readonly revision: number }
  /** Notes changed: by others on the server, or by a command on the same store here. */
  | ({ readonly what: 'changed' } & News)
  /** The server has stored so many more of one's own updates, oldest first; so many are still on their way. */
  | { readonly what: 'stored'; readonly updates: number; readonly waiting: number }
  /** An update in the store here that the server would refuse, and why: it stays here. */
  | { readonly what: 'kept back'; readonly by: string; readonly reason: string }
  /** The server closed the line over this, and it is tried again. */
  | { readonly what: 'held up'; readonly reason: string }
  /** Who else is there now. */
  | { readonly what: 'present'; readonly people: readonly Presence[] };

export interface JoinOptions {
  /** `ws://host:port` or `wss://…` */
  readonly url: string;
  readonly token: string;
  /** The store here, and the stream of the run's notes in it. */
  readonly log: EventLog;
  readonly stream: StreamId;
  readonly happened: (what: Happening) => void;
  /** Milliseconds to wait before the second attempt to connect; then longer. @default 500 */
  readonly patience?: number;
}

/** One is at a run together with others, until `leave`. */
export interface Joined {
  /** Shows the others where one is, and what one is typing. */
  readonly show: (presence: Partial<Pick<Presence, 'at' | 'draft'>>) => void;
  /** Resolves once both sides have all of what the other had when it was called, or it has ended. */
  readonly settled: () => Promise<void>;
  /** Resolves when it is over: null after `leave`, else why the server ended it. Rejects when the store here fails. */
  readonly ended: Promise<string | null>;
  readonly leave: () => Promise<void>;
}

/** So many updates may be on their way before the server has stored them. */
const mostUnderWay = 100;

/** Wakes whoever waits whenever something may have changed. */
const bell = () => {
  const waiting = new Set<() => void>();
  return {
    ring: () => {
      for (const wake of [...waiting]) wake();
    },
    until: async (holds: () => boolean): Promise<void> => {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
  };
};

/** The events of a log in its order, whatever order they are told in, each once. */
const orderly = () => {
  const early = new Map<number, NotesUpdated | null>();
  let next = 0;
  return {
    next: () => next,
    take: ({ from, events }: Told): readonly NotesUpdated[] => {
      for (const [index, event] of events.entries()) if (from + index >= next) early.set(from + index, event);
      const ready: NotesUpdated[] = [];
      for (let event = early.get(next); event !== undefined; event = early.get(next)) {
        early.delete(next);
        if (event !== null) ready.push(event);
        next += 1;
      }
      return ready;
    },
  };
};

/**
 * Joins the others who are at a run: what they write comes into the store here, what is written here goes to them. A cut
 * of the line loses nothing: what the server has not said that it stored is sent again.
 *
 * @throws InvitationError when the token is none.
 */
export const joinRun = async ({ url, token, log, stream, happened, patience = 500 }: JoinOptions): Promise<Joined> => {
  const { name, role, run } = claimedIn(token);
  const here = await openHere(log, stream);
  const theirs = orderly();
  /** What the server has stored; and that with what it was sent. */
  const stored = openGate();
  const offered = openGate();
  const theirUpdates = new Set<string>();
  let underWay: readonly Uint8Array[] = [];
  let presence: Pick<Presence, 'at' | 'draft'> = { at: null, draft: null };
  let people: readonly Presence[] = [];
  let caughtUp = false;
  let seenHere = 0;
  /** How often the server closed the line since it last stored something. */
  let heldUp = 0;
  let over = false;
  const changed = bell();
  const leaving = new AbortController();
  const ending = Promise.withResolvers<string | null>();

  const end = (reason: string | null): void => {
    over = true;
    leaving.abort();
    line.close();
    changed.ring();
    ending.resolve(reason);
  };
  const fail = (error: unknown): void => {
    ending.reject(error);
    end(null);
  };

  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    turn = turn.then(work).catch(fail);
  };

  const hear = async (told: Told): Promise<void> => {
    const events = theirs.take(told);
    const accepted = events.map((event) => ({ update: updateIn(event), author: event.data.author }));
    stored.take(accepted);
    offered.take(accepted);
    line.learn(accepted.map(({ update }) => update));
    for (const news of await here.take(events)) tellChange(news);
    for (const { data } of events) theirUpdates.add(data.update);
    const left = stillUnderWay(events, told.head !== undefined);
    const updates = underWay.length - left.length;
    underWay = left;
    if (updates > 0) heldUp = 0;
    if (updates > 0) happened({ what: 'stored', updates, waiting: left.length });
    if (!caughtUp && told.head !== undefined && theirs.next() >= told.head) {
      caughtUp = true;
      happened({ what: 'caught up', revision: theirs.next() });
    }
    changed.ring();
  };

  /** What the server has not stored yet: it mostly stores what it was sent byte for byte. */
  const stillUnderWay = (events: readonly NotesUpdated[], isBacklog: boolean): readonly Uint8Array[] => {
    let left = underWay;
    let isUnlike = isBacklog;
    for (const event of events) {
      if (event.data.author !== name) continue;
      const [oldest, ...others] = left;
      if (oldest !== undefined && isSame(oldest, updateIn(event))) left = others;
      else isUnlike = true;
    }
    return isUnlike && left.length > 0 ? stored.missing(left) : left;
  };

  const tellChange = (news: News | null): void => {
    if (news !== null && news.deeds.length > 0) happened({ what: 'changed', ...news });
  };

  const told = (payload: string): void => {
    const answer = answerIn(payload);
    if (answer === null) return;
    if (!('refused' in answer)) inTurn(() => hear(answer));
    else if (answer.again) {
      heldUp += 1;
      happened({ what: 'held up', reason: answer.refused });
    } else end(answer.refused);
  };

  const ears: LineEars = {
    open: () => {
      happened({ what: 'connected', name, role });
      line.say(JSON.stringify({ after: theirs.next() } satisfies Ask));
    },
    // Each on its own, so that the server stores each as an event of its own.
    ready: () => {
      for (const update of underWay) line.send(update);
      changed.ring();
    },
    turnedAway: end,
    told,
    present: (states) => {
      const seen = [...states.values()].filter(isPresence);
      if (JSON.stringify(seen) === JSON.stringify(people)) return;
      people = seen;
      happened({ what: 'present', people });
    },
    cut: () => {
      if (over) return;
      happened({ what: 'disconnected' });
      setTimeout(
        () => {
          if (!over) line = lineNow();
        },
        patience * 2 ** Math.min(heldUp, 6),
      );
    },
  };
  const lineNow = (): Line => {
    const opened = openLine({ url, token, run, known: stored.whole(), patience }, ears);
    opened.show(presence);
    return opened;
  };
  let line = lineNow();

  /** Sends what was written here, when the server will take it. */
  const offer = async ({ data: { author: by } }: NotesUpdated, update: Uint8Array): Promise<void> => {
    await changed.until(() => over || (line.isReady() && underWay.length < mostUnderWay));
    if (over) return;
    const answer = offered.admit(update, name);
    if (answer.admitted && answer.update === null) return;
    if (!answer.admitted || role === 'reader') {
      const reason = answer.admitted ? `${name} was invited as a reader` : answer.reason;
      happened({ what: 'kept back', by, reason });
      return;
    }
    const fresh = answer.update as Uint8Array;
    underWay = [...underWay, fresh];
    line.send(fresh);
  };

  const watchHere = async (): Promise<void> => {
    await changed.until(() => over || caughtUp);
    if (over) return;
    for await (const event of log.follow(stream, revision(0), leaving.signal)) {
      // What the server told need not be offered to it.
      if (isNotesUpdated(event) && !theirUpdates.delete(event.data.update)) {
        tellChange(here.see(event));
        await offer(event, updateIn(event));
      }
      seenHere += 1;
      changed.ring();
    }
  };
  const watching = watchHere().catch(fail);

  return {
    show: (shown) => {
      presence = { ...presence, ...shown };
      line.show(presence);
    },
    settled: async () => {
      const length = await log.head(stream);
      await changed.until(() => over || (caughtUp && seenHere >= length && underWay.length === 0));
    },
    ended: ending.promise,
    leave: async () => {
      end(null);
      await watching;
      await turn;
    },
  };
};

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);

const isPresence = (state: Readonly<Record<string, unknown>>): state is Readonly<Record<string, unknown>> & Presence =>
  typeof state['name'] === 'string';
