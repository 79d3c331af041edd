import { isNotesUpdated, updateIn } from '@custody/annotations';
import { type EventLog, streamId } from '@custody/log';
import { Redis } from '@hocuspocus/extension-redis';
import {
  type afterLoadDocumentPayload,
  type beforeHandleAwarenessPayload,
  type beforeSyncPayload,
  type Connection,
  type Document,
  Hocuspocus,
  type onAuthenticatePayload,
} from '@hocuspocus/server';
import { Redis as RedisClient } from 'ioredis';
import * as Y from 'yjs';
import { type Allowance, allowance } from './allowance.ts';
import { ClosedError } from './closed-error.ts';
import { type Invitation, InvitationError, invitationIn } from './invitation.ts';
import { costOf, type Limits } from './limits.ts';
import { presenceOf } from './presence.ts';
import { openRoom, type Room, type Stored } from './room.ts';
import { askIn, type Refused, type Told } from './wire.ts';

/** Somebody who was let in, on one connection. */
interface Visitor extends Invitation {
  /** Hears of the events of the log as they are stored. */
  follows: boolean;
  /** Is being told of what was stored before. */
  isAsking: boolean;
}

/** One line of a server's own log: what happened, when, and with whom. */
export interface LogLine {
  readonly at: string;
  readonly what: 'joined' | 'left' | 'turned away' | 'refused' | 'trouble';
  readonly run?: string;
  readonly name?: string;
  readonly role?: string;
  readonly reason?: string;
}

export interface NotesServiceOptions {
  readonly log: EventLog;
  /** Signs and checks invitations. */
  readonly secret: Uint8Array;
  readonly now: () => Date;
  readonly say: (line: LogLine) => void;
  readonly limits: Limits;
  /** The address of a Redis that other servers on the same store share. */
  readonly redis?: string | undefined;
}

/** The codes with which a connection is closed; after the last it may be opened again. */
const unauthorized = 4401;
const forbidden = 4403;
const goOn = 4205;

/** What it costs a reader to send something: that it says nothing new takes a look through the whole document. */
const readersWord = 50;

/** What setTimeout can wait for, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** So much of the log is told in one message. */
const toldChars = 256 * 1024;

/**
 * Tells other servers of changes and presence. It has nothing to store, so it needs no lock; and as notes come from the
 * log, nobody waits for it.
 */
class Messenger extends Redis {
  readonly #trouble: (error: unknown) => void;
  constructor(address: string, trouble: (error: unknown) => void) {
    super({
      prefix: 'custody',
      createClient: () => new RedisClient(address, { maxRetriesPerRequest: null }).on('error', trouble),
    });
    this.#trouble = trouble;
  }
  override async onStoreDocument(): Promise<void> {}
  override async afterStoreDocument(): Promise<void> {}
  override async afterLoadDocument(loaded: afterLoadDocumentPayload): Promise<void> {
    super.afterLoadDocument(loaded).catch(this.#trouble);
  }
}

/** Joins small events to messages of some size. */
async function* inMessages(room: Room, after: number): AsyncGenerator<Told> {
  const head = room.revision();
  let from = after;
  let events: Told['events'][number][] = [];
  let chars = 0;
  for await (const some of room.eventsFrom(after)) {
    for (const event of some) {
      events.push(isNotesUpdated(event) ? event : null);
      chars += isNotesUpdated(event) ? event.data.update.length + 100 : 4;
      if (chars < toldChars) continue;
      yield { from, events, head };
      from += events.length;
      events = [];
      chars = 0;
    }
  }
  yield { from, events, head };
}

/** The notes of every run that somebody is at: Hocuspocus between people, our log behind it, the gate before it. */
export const notesService = (options: NotesServiceOptions): Hocuspocus<Visitor> => {
  const { log, secret, now, say, limits, redis } = options;
  const rooms = new WeakMap<Document, Room>();
  const allowances = new Map<string, Allowance>();

  const tell = (line: Omit<LogLine, 'at'>): void => say({ at: now().toISOString(), ...line });
  const trouble = (error: unknown, run?: string): void =>
    tell({ what: 'trouble', ...(run !== undefined && { run }), reason: String((error as Error)?.message ?? error) });

  const maySpend = (name: string, cost: number): boolean => {
    const at = now().getTime();
    const left = allowances.get(name) ?? allowance({ most: limits.burst, perSecond: limits.perSecond }, at);
    allowances.set(name, left);
    return left.spend(cost, at);
  };

  const roomOf = (document: Document): Room => {
    const room = rooms.get(document);
    if (room === undefined) throw new Error(`Cannot find the room of "${document.name}"`);
    return room;
  };

  /** Tells the offender why, and closes that connection only. */
  const refuse = (connection: Connection<Visitor>, code: number, reason: string): never => {
    const { name, role, run } = connection.context;
    tell({ what: 'refused', run, name, role, reason });
    connection.sendStateless(JSON.stringify({ refused: reason, again: code === goOn } satisfies Refused));
    setImmediate(() => connection.webSocket.close(code, reason.slice(0, 100)));
    throw new ClosedError(code, reason);
  };

  const stillInvited = (connection: Connection<Visitor>): void => {
    const { expires } = connection.context;
    if (expires <= now()) refuse(connection, unauthorized, `the token expired at ${expires.toISOString()}`);
  };

  const connectionsOf = (name: string): number =>
    [...service.documents.values()]
      .flatMap((document) => document.getConnections() as Connection<Visitor>[])
      .filter(({ context }) => context.name === name).length;

  const authenticate = async ({ token, documentName, connectionConfig }: onAuthenticatePayload<Visitor>) => {
    let invitation: Invitation;
    try {
      invitation = await invitationIn(token, { secret, run: documentName, now: now() });
    } catch (error) {
      const { message } = error as InvitationError;
      tell({ what: 'turned away', run: documentName.slice(0, 100), reason: message });
      throw Object.assign(error as Error, { reason: message });
    }
    const { name, role } = invitation;
    if (connectionsOf(name) >= limits.connectionsPerName) {
      const reason = `${name} has ${limits.connectionsPerName} connections already`;
      tell({ what: 'turned away', run: documentName, name, reason });
      throw Object.assign(new InvitationError(reason), { reason });
    }
    connectionConfig.readOnly = role === 'reader';
    tell({ what: 'joined', run: documentName, name, role });
    return { ...invitation, follows: false, isAsking: false } satisfies Visitor;
  };

  const judge = async ({ connection, document, type, payload, context }: beforeSyncPayload<Visitor>) => {
    if (type === 0) return;
    const room = roomOf(document);
    if (context.role === 'reader') {
      if (!maySpend(context.name, readersWord)) refuse(connection, goOn, `${context.name} sends too much for a reader`);
      if (!Y.snapshotContainsUpdate(Y.snapshot(document), payload)) {
        refuse(connection, forbidden, `${context.name} is a reader and cannot write`);
      }
      return;
    }
    const answer = await room.enter(payload, context.name).catch((error) => {
      trouble(error, document.name);
      throw new ClosedError(goOn, 'it could not be stored; try again');
    });
    if (!answer.admitted) refuse(connection, answer.early ? goOn : forbidden, answer.reason);
  };

  const hold = async (payload: beforeHandleAwarenessPayload<Visitor>) => {
    const { states, document, context, connection } = payload;
    if (context === undefined || connection === undefined) return;
    const mine = document.getClients(connection);
    const present = document.awareness.getStates();
    for (const [client, state] of states) {
      // Nobody moves another's cursor, and a connection has one of its own.
      if (mine.has(client) || (mine.size === 0 && states.size === 1 && !present.has(client))) {
        states.set(client, { ...presenceOf(state, context) });
      } else {
        states.delete(client);
      }
    }
  };

  const tellStored = (document: Document, { from, event }: Stored): void => {
    // What another server or a command stored; our own is there already, or about to be.
    try {
      if (isNotesUpdated(event)) Y.applyUpdate(document, updateIn(event), { source: 'local', skipStoreHooks: true });
    } catch (error) {
      trouble(error, document.name);
    }
    const told = JSON.stringify({ from, events: [isNotesUpdated(event) ? event : null] } satisfies Told);
    for (const connection of document.getConnections() as Connection<Visitor>[]) {
      if (connection.context.follows) connection.sendStateless(told);
    }
  };

  const answerAsk = async (connection: Connection<Visitor>, document: Document, payload: string): Promise<void> => {
    const ask = askIn(payload);
    const { context } = connection;
    if (ask === null || context.isAsking) return;
    const room = roomOf(document);
    if (!maySpend(context.name, Math.min(limits.burst / 2, Math.max(0, room.revision() - ask.after) / 10))) return;
    context.follows = true;
    context.isAsking = true;
    try {
      for await (const told of inMessages(room, ask.after)) connection.sendStateless(JSON.stringify(told));
    } finally {
      context.isAsking = false;
    }
  };

  const closed = async (room: Room, run: string): Promise<void> => {
    try {
      await room[Symbol.asyncDispose]();
    } catch (error) {
      trouble(error, run);
    }
  };

  const ends = new Map<string, NodeJS.Timeout>();
  const endInTime = (connection: Connection<Visitor>, socket: string): void => {
    const left = connection.context.expires.getTime() - now().getTime();
    const look = (): void => {
      try {
        stillInvited(connection);
        endInTime(connection, socket);
      } catch {
        // It has been closed.
      }
    };
    ends.set(socket, setTimeout(look, Math.min(left + 1, longestTimer)).unref());
  };

  const service: Hocuspocus<Visitor> = new Hocuspocus<Visitor>({
    quiet: true,
    timeout: limits.silence,
    maxUnauthenticatedQueueSize: limits.messageBytes,
    maxPendingDocuments: 4,
    extensions: redis === undefined ? [] : [new Messenger(redis, (error) => trouble(error))],
    onAuthenticate: authenticate,
    onLoadDocument: async ({ documentName, document }) => {
      const room = await openRoom({
        log,
        stream: streamId(`notes-${documentName}`),
        now: () => now().toISOString(),
        stored: (what) => tellStored(document, what),
        trouble: (error) => trouble(error, documentName),
        // Who comes back has it opened anew.
        unfollowed: () => service.closeConnections(documentName),
      });
      rooms.set(document, room);
      document.on('destroy', () => void closed(room, documentName));
      Y.applyUpdate(document, room.whole());
    },
    connected: async ({ connection, socketId }) => endInTime(connection, socketId),
    beforeHandleMessage: async ({ connection, update, context }) => {
      stillInvited(connection);
      if (!maySpend(context.name, costOf(update.length))) {
        refuse(connection, goOn, `${context.name} sends more than ${limits.perSecond} messages or KiB a second`);
      }
    },
    beforeSync: judge,
    beforeHandleAwareness: hold,
    onStateless: async ({ connection, document, payload }) => {
      await answerAsk(connection, document, payload).catch((error) => trouble(error, document.name));
    },
    onDisconnect: async ({ context, documentName, socketId }) => {
      clearTimeout(ends.get(socketId));
      ends.delete(socketId);
      tell({ what: 'left', run: documentName, name: context.name });
    },
  });
  return service;
};
