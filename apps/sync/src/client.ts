import { type NotesChange, type NotesUpdated, openGate, updateIn } from '@custody/annotations';
import { type EventLog, eventsOf, type LogEvent, RevisionConflictError, revision, type StreamId } from '@custody/log';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import * as Y from 'yjs';
import { claimedIn, type Role } from './invitation.ts';
import type { Presence } from './presence.ts';
import { type Ask, answerIn, type Refused, type Told } from './wire.ts';

/** What happens while one is joined, in the order in which it does. */
export type Happening =
  | { readonly what: 'connected'; readonly name: string; readonly role: Role }
  | { readonly what: 'disconnected' }
  /** All that the server had is here. */
  | { readonly what: 'caught up'; readonly revision: number }
  /** Notes changed: by others on the server, or by a command on the same store here. */
  | { readonly what: 'changed'; readonly by: string; readonly at: string; readonly changes: readonly NotesChange[] }
  /** The server has stored all of one's own notes. */
  | { readonly what: 'stored'; readonly updates: number }
  /** An update in the store here that the server would refuse, and why: it stays here. */
  | { readonly what: 'kept back'; readonly by: string; readonly reason: string }
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
  /** Resolves once both sides have all of what the other had when it was called. */
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

/**
 * The notes in the store here. What the server tells is appended to them when it brings news; what is written here is
 * seen, by whatever process.
 */
const openHere = async (log: EventLog, stream: StreamId) => {
  const gate = openGate();

  /** Appends those that bring news. @returns what each of them changed. */
  const take = async (events: readonly NotesUpdated[]) => {
    const told = events.map((event) => ({ event, effect: gate.take(updateIn(event)) }));
    const fresh = told.filter(({ effect }) => effect.update !== null);
    for (;;) {
      try {
        if (fresh.length > 0) {
          await log.append(
            stream,
            fresh.map(({ event }) => event),
            await log.head(stream),
          );
        }
        return fresh;
      } catch (error) {
        if (!(error instanceof RevisionConflictError)) throw error;
      }
    }
  };

  for await (const event of eventsOf(log.read(stream))) gate.take(updateIn(event as NotesUpdated));
  return { take, see: (update: Uint8Array) => gate.take(update) };
};

/**
 * Joins the others who are at a run: what they write comes into the store here, what is written here goes to them. A cut
 * of the line loses nothing: what the server has not stored is sent again.
 *
 * @throws InvitationError when the token is none.
 */
export const joinRun = async ({ url, token, log, stream, happened, patience = 500 }: JoinOptions): Promise<Joined> => {
  const { name, role, run } = claimedIn(token);
  const here = await openHere(log, stream);
  /** What the server has stored; and that with what it was sent. */
  const stored = openGate();
  const offered = openGate();
  /** What goes over the line: the provider keeps the server's document and this one the same. */
  const shared = new Y.Doc();
  let underWay: Uint8Array[] = [];
  let next = 0;
  const early = new Map<number, NotesUpdated>();
  let caughtUp = false;
  let seenHere = 0;
  let over = false;
  const changed = bell();
  const leaving = new AbortController();
  const ending = Promise.withResolvers<string | null>();

  const end = (reason: string | null): void => {
    over = true;
    leaving.abort();
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

  const socket = new HocuspocusProviderWebsocket({
    url,
    delay: patience,
    minDelay: patience,
    maxDelay: 20 * patience,
    autoConnect: false,
  });
  const isOpen = (): boolean =>
    provider.isAuthenticated && provider.isSynced && socket.webSocket?.readyState === WebSocket.OPEN;

  /** The events that come next, in the log's order, whatever order they came in. */
  const inOrder = ({ from, events }: Told): readonly NotesUpdated[] => {
    for (const [index, event] of events.entries()) if (from + index >= next) early.set(from + index, event);
    const ready: NotesUpdated[] = [];
    for (let event = early.get(next); event !== undefined; event = early.get(next)) {
      early.delete(next);
      ready.push(event);
      next += 1;
    }
    return ready;
  };

  const hear = async (told: Told): Promise<void> => {
    const events = inOrder(told);
    for (const event of events) {
      const update = updateIn(event);
      stored.take(update, event.data.author);
      offered.take(update, event.data.author);
    }
    for (const { event, effect } of await here.take(events)) {
      const { author: by, at } = event.data;
      if (effect.changes.length > 0) happened({ what: 'changed', by, at, changes: effect.changes });
    }
    const before = underWay.length;
    if (before > 0) underWay = underWay.filter((update) => !stored.holds(update));
    if (before > 0 && underWay.length === 0) happened({ what: 'stored', updates: before });
    if (!caughtUp && told.head !== undefined && next >= told.head) {
      caughtUp = true;
      happened({ what: 'caught up', revision: next });
    }
    changed.ring();
  };

  const refused = ({ refused: reason, again }: Refused): void => {
    if (!again) end(reason);
  };

  const provider: HocuspocusProvider = new HocuspocusProvider({
    websocketProvider: socket,
    name: run,
    document: shared,
    token,
    onAuthenticated: () => {
      happened({ what: 'connected', name, role });
      provider.sendStateless(JSON.stringify({ after: next } satisfies Ask));
    },
    onAuthenticationFailed: ({ reason }) => end(reason),
    onStateless: ({ payload }) => {
      const answer = answerIn(payload);
      if (answer === null) return;
      if ('refused' in answer) refused(answer);
      else inTurn(() => hear(answer));
    },
    onSynced: () => changed.ring(),
    onDisconnect: () => {
      if (!over) happened({ what: 'disconnected' });
    },
    onAwarenessChange: ({ states }) => {
      const people = states
        .filter(({ clientId, name: given }) => clientId !== shared.clientID && typeof given === 'string')
        .map(({ name: given, role: as, at, draft }) => ({ name: given, role: as, at, draft }) as Presence);
      if (!over) happened({ what: 'present', people });
    },
  });

  /** Sends what was written here, when the server will take it. */
  const offer = async ({ data: { author: by } }: NotesUpdated, update: Uint8Array): Promise<void> => {
    await changed.until(() => over || (isOpen() && underWay.length < mostUnderWay));
    if (over) return;
    const answer = offered.admit(update, name);
    if (answer.admitted && answer.update === null) return;
    if (!answer.admitted || role === 'reader') {
      const reason = answer.admitted ? 'you were invited as a reader' : answer.reason;
      happened({ what: 'kept back', by, reason });
      return;
    }
    underWay.push(answer.update as Uint8Array);
    Y.applyUpdate(shared, answer.update as Uint8Array, 'here');
  };

  const watchHere = async (): Promise<void> => {
    await changed.until(() => over || caughtUp);
    for await (const event of log.follow(stream, revision(0), leaving.signal) as AsyncIterable<LogEvent>) {
      const written = event as NotesUpdated;
      const update = updateIn(written);
      const { changes } = here.see(update);
      const { author: by, at } = written.data;
      if (changes.length > 0) happened({ what: 'changed', by, at, changes });
      await offer(written, update);
      seenHere += 1;
      changed.ring();
    }
  };

  provider.attach();
  void socket.connect();
  const watching = watchHere().catch(fail);

  return {
    show: (presence) => {
      for (const [field, value] of Object.entries(presence)) provider.setAwarenessField(field, value);
    },
    settled: async () => {
      const length = await log.head(stream);
      await changed.until(() => over || (caughtUp && seenHere >= length && underWay.length === 0));
    },
    ended: ending.promise,
    leave: async () => {
      end(null);
      provider.destroy();
      socket.destroy();
      await watching;
      await turn;
    },
  };
};
