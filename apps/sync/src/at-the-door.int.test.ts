import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openNotes } from '@custody/annotations';
import { memoryLog } from '@custody/log';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { joinRun } from './client.ts';
import { tokenOf } from './invitation.ts';
import { idsIn, newGuest, newServer, noteBy, run, stream, tokenFor, until, write } from './testing.testing.ts';

let server: Awaited<ReturnType<typeof newServer>>;
let alice: Awaited<ReturnType<typeof newGuest>>;
let bob: Awaited<ReturnType<typeof newGuest>>;
beforeAll(async () => {
  server = await newServer();
  alice = await newGuest(server.url, 'alice');
  bob = await newGuest(server.url, 'bob');
  await alice.write('a1');
  await until(async () => (await idsIn(bob.log)).length === 1);
});
afterAll(async () => {
  await alice.leave();
  await bob.leave();
  await server[Symbol.asyncDispose]();
});

/** A client of its own making: it speaks the protocol and obeys nothing else. */
const strangerWith = async (token: string, doc = new Y.Doc()) => {
  const socket = new HocuspocusProviderWebsocket({ url: server.url, autoConnect: false, maxAttempts: 1 });
  const told: string[] = [];
  const closed: string[] = [];
  const denied: string[] = [];
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: run,
    document: doc,
    token,
    onStateless: ({ payload }) => void told.push(payload),
    onClose: ({ event }) => {
      closed.push(`${event.code} ${event.reason}`);
      socket.disconnect();
    },
    onAuthenticationFailed: ({ reason }) => void denied.push(reason),
  });
  provider.attach();
  void socket.connect();
  return {
    doc,
    socket,
    told,
    closed,
    denied,
    synced: () => until(() => provider.isSynced && provider.isAuthenticated),
    end: () => {
      provider.destroy();
      socket.destroy();
    },
  };
};

/** After an attack: the log is as it was, alice and bob have noticed nothing and go on. */
let notesSoFar = 1;
const othersGoOn = async (): Promise<void> => {
  const id = `a${++notesSoFar}`;
  await alice.write(id);
  await until(async () => (await idsIn(bob.log)).includes(id));
  const expected = Array.from({ length: notesSoFar }, (_, index) => `a${index + 1}`).sort();
  for (const log of [server.log, alice.log, bob.log]) expect(await idsIn(log)).toEqual(expected);
  expect([...alice.heard, ...bob.heard].filter(({ what }) => what === 'disconnected')).toEqual([]);
};

describe('a writer who means ill', () => {
  it.each<[string, (doc: Y.Doc) => void, string]>([
    [
      'signs a note with the name of another',
      (doc) => Y.applyUpdate(doc, openNotes().add(noteBy('alice', 'm1'))),
      'note "m1" is signed alice, and you are mallory',
    ],
    [
      "changes another's note",
      (doc) => doc.getMap('notes').set('a1', ['mallory', 1, 'nonsense', 0, '', 0, 0, 0, 0, 0, 0, 0]),
      'note "a1" is alice\'s, and only alice may change it',
    ],
    ["removes another's note", (doc) => doc.getMap('notes').delete('a1'), 'note "a1" is never removed'],
    [
      "writes a body for another's note",
      (doc) => doc.getMap('bodies').set('a1', new Y.Text('nonsense')),
      'the body of "a1" is signed alice, and you are mallory',
    ],
    [
      "smuggles a delete of another's note into what was written offline",
      (doc) => {
        doc.transact(() => {
          Y.applyUpdate(doc, openNotes().add(noteBy('mallory', 'm2')));
          doc.getMap('notes').delete('a1');
        });
      },
      'note "a1" is never removed',
    ],
    [
      'puts something else into the document',
      (doc) => doc.getMap('elsewhere').set('a', 1),
      'it writes to elsewhere, which notes do not have',
    ],
  ])('%s: is refused, told so and logged, and nobody else sees it', async (_, attack, reason) => {
    const mallory = await strangerWith(await tokenFor('mallory'));
    await mallory.synced();
    mallory.doc.transact(() => attack(mallory.doc));
    await until(() => mallory.closed.length > 0);
    expect(mallory.told.map((payload) => JSON.parse(payload))).toContainEqual({ refused: reason, again: false });
    expect(mallory.closed).toContain(`1000 ${reason}`);
    expect(server.lines).toContainEqual(
      expect.objectContaining({ what: 'refused', run, name: 'mallory', role: 'writer', reason }),
    );
    mallory.end();
    await othersGoOn();
  });

  it('wrote it while offline: the merge is refused when it comes', async () => {
    const mallory = await strangerWith(await tokenFor('mallory'));
    await mallory.synced();
    mallory.end();
    Y.applyUpdate(mallory.doc, openNotes().add(noteBy('mallory', 'm3')));
    mallory.doc.getMap('notes').delete('a1');
    const back = await strangerWith(await tokenFor('mallory'), mallory.doc);
    await until(() => back.told.some((payload) => payload.includes('never removed')));
    back.end();
    await othersGoOn();
  });

  it("moves another's cursor: nobody sees it move", async () => {
    const seenOfAlice = () => {
      const present = bob.heard.findLast((one) => one.what === 'present');
      return present?.what === 'present' ? present.people.find(({ name }) => name === 'alice')?.at : undefined;
    };
    alice.show({ at: 42 });
    await until(() => seenOfAlice() === 42);
    const mallory = await strangerWith(await tokenFor('mallory'));
    await mallory.synced();
    const states = (mallory as unknown as { socket: HocuspocusProviderWebsocket }).socket.configuration.providerMap;
    const { awareness } = states.get(run) as HocuspocusProvider;
    await until(() => (awareness?.getStates().size ?? 0) > 1);
    const [client] = [...(awareness?.getStates() ?? [])].find(([, { name }]) => name === 'alice') ?? [];
    awareness?.states.set(client as number, { name: 'alice', at: 666 });
    awareness?.meta.set(client as number, { clock: 1000, lastUpdated: Date.now() });
    awareness?.emit('update', [{ added: [], updated: [client], removed: [] }, 'local']);
    awareness?.setLocalState({ name: 'alice', at: 13 });
    const mallorysAt = () => {
      const present = bob.heard.findLast((one) => one.what === 'present');
      return present?.what === 'present' ? present.people.find(({ name }) => name === 'mallory')?.at : undefined;
    };
    await until(() => mallorysAt() === 13);
    expect(seenOfAlice()).toBe(42);
    mallory.end();
    await othersGoOn();
  });
});

describe('a reader', () => {
  it('who writes is refused, and told so', async () => {
    const reader = await strangerWith(await tokenFor('rea', 'reader'));
    await reader.synced();
    Y.applyUpdate(reader.doc, openNotes().add(noteBy('rea', 'r1')));
    await until(() => reader.told.some((payload) => payload.includes('rea is a reader and cannot write')));
    await until(() => reader.closed.length > 0);
    reader.end();
    await othersGoOn();
  });
});

describe('a token', () => {
  const expired = () => tokenFor('alice', 'writer', -60_000);
  it.each<[string, () => Promise<string>, RegExp]>([
    ['that has expired', expired, /^the token expired at .*ask for a new one/],
    ['for another run', () => tokenFor('alice', 'writer', 60_000, 'xyz'), /^the token is for run xyz, not for abc$/],
    [
      'signed by somebody else',
      () => tokenOf({ name: 'alice', run, role: 'writer', expires: new Date(Date.now() + 60_000) }, randomBytes(32)),
      /^the token was not signed by this server/,
    ],
    [
      'that is not signed',
      async () => {
        const [, claims] = (await tokenFor('alice')).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
      },
      /^the token was not signed by this server/,
    ],
    [
      'whose role was changed',
      async () => {
        const [head, claims = '', sign] = (await tokenFor('alice', 'reader')).split('.');
        const better = Buffer.from(claims, 'base64url').toString().replace('reader', 'writer');
        return `${head}.${Buffer.from(better).toString('base64url')}.${sign}`;
      },
      /^the token was not signed by this server/,
    ],
    ['that is empty', async () => '', /^no token was given/],
  ])('%s opens nothing', async (_, make, reason) => {
    const stranger = await strangerWith(await make());
    await until(() => stranger.denied.length > 0);
    expect(stranger.denied[0]).toMatch(reason);
    expect(server.lines.at(-1)).toMatchObject({ what: 'turned away', reason: stranger.denied[0] });
    expect(stranger.doc.getMap('notes').size).toBe(0);
    stranger.end();
    await othersGoOn();
  });

  it('that expires while one is joined ends it, and the client says why', async () => {
    const token = await tokenFor('carol', 'writer', 1500);
    const carol = await joinRun({ url: server.url, token, log: memoryLog(), stream, happened: () => {} });
    expect(await carol.ended).toMatch(/^the token expired at /);
    await carol.leave();
    await othersGoOn();
  });

  it('whose server refuses it ends joining at once', async () => {
    const token = await expired();
    const carol = await joinRun({ url: server.url, token, log: memoryLog(), stream, happened: () => {} });
    expect(await carol.ended).toMatch(/^the token expired at /);
    await carol.leave();
  });
});

describe('a message', () => {
  const opened = async (): Promise<WebSocket> => {
    const socket = new WebSocket(server.url);
    socket.binaryType = 'arraybuffer';
    await once(socket, 'open');
    return socket;
  };

  it('of 50 MB closes its connection only', async () => {
    for (const token of [null, await tokenFor('mallory')]) {
      const stranger = token === null ? null : await strangerWith(token);
      await stranger?.synced();
      const socket = stranger === null ? await opened() : (stranger.socket.webSocket as unknown as WebSocket);
      const closed = once(socket, 'close');
      socket.send(new Uint8Array(50_000_000));
      const [{ code }] = await closed;
      expect([1009, 1006]).toContain(code);
      stranger?.end();
    }
    expect(server.reasons().filter((reason) => /connection of .* is closed: .*payload/i.test(reason))).toHaveLength(2);
    await othersGoOn();
  }, 30_000);

  it('of random bytes does at most that, from a stranger or from somebody who was let in', async () => {
    const token = await tokenFor('mallory');
    // What Hocuspocus says to the console, `custody serve` writes into its log.
    using said = vi.spyOn(console, 'error');
    for (let round = 0; round < 40; round += 1) {
      const socket = await opened();
      for (let count = 0; count < 5; count += 1) socket.send(randomBytes(1 + ((round * 7 + count * 31) % 300)));
      const stranger = await strangerWith(token);
      await stranger.synced();
      const inside = stranger.socket.webSocket as unknown as WebSocket;
      const named = Buffer.concat([Buffer.from([run.length]), Buffer.from(run)]);
      for (let kind = 0; kind < 12; kind += 1) {
        inside.send(Buffer.concat([named, Buffer.from([kind]), randomBytes((round * 13 + kind) % 60)]));
      }
      socket.close();
      stranger.end();
    }
    expect(said).toHaveBeenCalled();
    await othersGoOn();
  }, 60_000);

  it('too many of them, or too much, are held up, and what was written comes through in the end', async () => {
    await using small = await newServer({ limits: { burst: 40, perSecond: 25 } });
    const log = memoryLog();
    for (let count = 0; count < 60; count += 1) await write(log, 'dora', `d${count}`);
    await using dora = await newGuest(small.url, 'dora', { log });
    await until(async () => (await idsIn(small.log)).length === 60);
    expect(dora.heard.some(({ what }) => what === 'held up')).toBe(true);
    expect(small.reasons()).toContain('refused: dora sends more than 25 messages or KiB a second');
  }, 30_000);
});

describe('connections', () => {
  it('of one name are counted, and so are sockets', async () => {
    await using small = await newServer({ limits: { sockets: 2 } });
    await using first = await newGuest(small.url, 'ada');
    await first.settled();
    const sockets = [new WebSocket(small.url), new WebSocket(small.url)];
    const answers = await Promise.all(
      sockets.map((socket) => Promise.race([once(socket, 'open'), once(socket, 'error')])),
    );
    expect(answers.map(([{ type }]) => type).sort()).toEqual(['error', 'open']);
    for (const socket of sockets) socket.close();
    await using more = await newServer({ limits: { connectionsPerName: 1 } });
    await using here = await newGuest(more.url, 'ada');
    await here.settled();
    const second = await newGuest(more.url, 'ada');
    expect(await second.ended).toBe('ada has 1 connections already');
    await second.leave();
  });
});
