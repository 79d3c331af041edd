import { isNotesUpdated, type NotesDocument, noteUpdated, openNotes, openNotesEvents } from '@custody/annotations';
import { type EventLog, type LogEvent, memoryLog, streamId } from '@custody/log';
import { position } from '@custody/trace';
import { expect, vi } from 'vitest';
import { type Happening, type JoinOptions, joinRun } from './client.ts';
import { type Role, tokenOf } from './invitation.ts';
import type { LogLine } from './notes-service.ts';
import { type SyncServerOptions, startSyncServer } from './server.ts';

const secret = new Uint8Array(32).fill(7);
export const run = 'abc';
export const stream = streamId(`notes-${run}`);
const hour = 3_600_000;

export const tokenFor = (name: string, role: Role = 'writer', left = hour, of: string = run): Promise<string> =>
  tokenOf({ name, run: of, role, expires: new Date(Date.now() + left) }, secret);

const anchor = { kind: 'event', position: position(0), event: null } as const;
export const noteBy = (author: string, id: string) => ({
  id,
  author,
  at: new Date().toISOString(),
  anchor,
  body: `${id} by ${author}`,
});

/** Writes a note into a store, as a command would that knows nothing of a server. */
export const write = async (log: EventLog, author: string, id: string): Promise<void> => {
  const update = openNotes().add(noteBy(author, id));
  await log.append(stream, [noteUpdated({ update, author, at: new Date().toISOString() })], await log.head(stream));
};

export const eventsIn = async (log: EventLog): Promise<readonly LogEvent[]> => {
  const events: LogEvent[] = [];
  for await (const some of log.read(stream)) events.push(...some);
  return events;
};
export const notesIn = async (log: EventLog): Promise<NotesDocument> =>
  openNotesEvents((await eventsIn(log)).filter(isNotesUpdated));
export const idsIn = async (log: EventLog): Promise<readonly string[]> =>
  (await notesIn(log))
    .list()
    .map(({ id }) => id)
    .sort();

/** Waits until it holds, however long it takes; the test's own time limit ends it. */
export const until = (holds: () => boolean | Promise<boolean>): Promise<void> =>
  vi.waitFor(async () => expect(await holds()).toBe(true), { timeout: 15_000, interval: 10 });

/** A server on a port of its own, with what it said of itself. */
export const newServer = async (options: Partial<SyncServerOptions> = {}) => {
  const log = options.log ?? memoryLog();
  const lines: LogLine[] = [];
  const server = await startSyncServer({
    log,
    secret,
    port: 0,
    now: () => new Date(),
    say: (line) => void lines.push(line),
    ...options,
  });
  return {
    log,
    lines,
    url: server.url,
    reasons: () => lines.flatMap(({ what, reason }) => (reason === undefined ? [] : [`${what}: ${reason}`])),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

/** Somebody who is joined with a store of their own. */
export const newGuest = async (url: string, name: string, options: Partial<JoinOptions> & { role?: Role } = {}) => {
  const log = options.log ?? memoryLog();
  const heard: Happening[] = [];
  const token = await tokenFor(name, options.role);
  const joined = await joinRun({
    url,
    token,
    stream,
    patience: 20,
    ...options,
    log,
    happened: (what) => void heard.push(what),
  });
  return {
    ...joined,
    name,
    log,
    heard,
    write: (id: string) => write(log, name, id),
    [Symbol.asyncDispose]: () => joined.leave(),
  };
};
