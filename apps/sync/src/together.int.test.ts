import { memoryLog } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { eventsIn, idsIn, newGuest, newServer, notesIn, stream, tokenFor, until, write } from './testing.testing.ts';

describe('two people at one run', () => {
  it('have what the other wrote, and what was written on the server', async () => {
    await using server = await newServer();
    await using ada = await newGuest(server.url, 'ada');
    await using bob = await newGuest(server.url, 'bob');
    await ada.write('a1');
    await bob.write('b1');
    await write(server.log, 'cyd', 'c1');
    await until(async () => (await idsIn(ada.log)).length === 3 && (await idsIn(bob.log)).length === 3);
    expect(await idsIn(server.log)).toEqual(['a1', 'b1', 'c1']);
    expect((await notesIn(ada.log)).list()).toEqual((await notesIn(bob.log)).list());
    expect(bob.heard).toContainEqual(
      expect.objectContaining({ what: 'changed', by: 'ada', deeds: [{ did: 'noted', id: 'a1', text: 'a1 by ada' }] }),
    );
  });

  it('bring along what they wrote before they met, each update once', async () => {
    await using server = await newServer();
    const [adas, bobs] = [memoryLog(), memoryLog()];
    for (const id of ['a1', 'a2', 'a3']) await write(adas, 'ada', id);
    await write(bobs, 'bob', 'b1');
    {
      await using ada = await newGuest(server.url, 'ada', { log: adas });
      await ada.settled();
    }
    await using bob = await newGuest(server.url, 'bob', { log: bobs });
    await bob.settled();
    await using ada = await newGuest(server.url, 'ada', { log: adas });
    await ada.settled();
    expect(await idsIn(server.log)).toEqual(['a1', 'a2', 'a3', 'b1']);
    expect(await server.log.head(stream)).toBe(4);
    expect(await idsIn(adas)).toEqual(await idsIn(bobs));
    expect(await adas.head(stream)).toBe(4);
  });

  it('see where the other looks and what is being typed, under the name of the token', async () => {
    await using server = await newServer();
    await using ada = await newGuest(server.url, 'ada', { role: 'reader' });
    await using bob = await newGuest(server.url, 'bob');
    await until(() => last(bob.heard) === 1);
    ada.show({ at: 120 });
    bob.show({ at: 7, draft: 'look who holds' });
    const sees = (heard: typeof ada.heard, person: object) =>
      heard.some((one) => {
        return one.what === 'present' && one.people.some((other) => JSON.stringify(other) === JSON.stringify(person));
      });
    await until(() => sees(ada.heard, { name: 'bob', role: 'writer', at: 7, draft: 'look who holds' }));
    await until(() => sees(bob.heard, { name: 'ada', role: 'reader', at: 120, draft: null }));
    await ada.leave();
    await until(
      () => bob.heard.findLast(({ what }) => what === 'present')?.what === 'present' && last(bob.heard) === 0,
    );
  });

  it('keep here what the server would refuse, and are told', async () => {
    await using server = await newServer();
    const log = memoryLog();
    await write(log, 'Ada Lovelace', 'x1');
    await write(log, 'ada', 'a1');
    await using ada = await newGuest(server.url, 'ada', { log });
    await ada.settled();
    expect(await idsIn(server.log)).toEqual(['a1']);
    expect(await idsIn(log)).toEqual(['a1', 'x1']);
    const by = 'Ada Lovelace';
    const reason = 'note "x1" is signed Ada Lovelace, and you are ada';
    expect(ada.heard).toContainEqual({ what: 'kept back', by, reason });
    await using reader = await newGuest(server.url, 'rea', { role: 'reader' });
    await reader.write('r1');
    await reader.settled();
    expect(reader.heard).toContainEqual({ what: 'kept back', by: 'rea', reason: 'rea was invited as a reader' });
    expect(await idsIn(server.log)).toEqual(['a1']);
    expect(server.lines.filter(({ what }) => what === 'refused')).toEqual([]);
  });

  it('have a snapshot in the log where one is due, and lose nothing by it', async () => {
    await using server = await newServer();
    const log = memoryLog();
    const ids = Array.from({ length: 520 }, (_, number) => `n${String(number).padStart(3, '0')}`);
    for (const id of ids) await write(log, 'ada', id);
    await using ada = await newGuest(server.url, 'ada', { log });
    await ada.settled();
    await using bob = await newGuest(server.url, 'bob');
    await bob.settled();
    expect(await idsIn(bob.log)).toEqual(ids);
    for (const told of [server.log, bob.log]) {
      const events = await eventsIn(told);
      expect(events.flatMap(({ type }, index) => (type === 'NotesSnapshot' ? [index] : []))).toEqual([499]);
      expect(events).toHaveLength(521);
    }
  }, 30_000);
});

const last = (heard: readonly { readonly what: string }[]): number => {
  const present = heard.findLast(({ what }) => what === 'present') as { people?: readonly unknown[] } | undefined;
  return present?.people?.length ?? -1;
};

describe('a run that one does not have', () => {
  it('can be fetched with the token, and with no other', async () => {
    const bundle = async function* () {
      yield Buffer.from('a bundle');
    };
    await using server = await newServer({ bundleOf: async (run) => (run === 'abc' ? bundle() : null) });
    const get = (run: string, token: string) =>
      fetch(`${server.url.replace('ws', 'http')}/run/${run}`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await get('abc', await tokenFor('ada'))).text()).toBe('a bundle');
    expect((await get('abc', await tokenFor('ada', 'reader', 3_600_000, 'xyz'))).status).toBe(401);
    expect((await get('abc', '')).status).toBe(401);
    expect((await get('xyz', await tokenFor('ada', 'reader', 3_600_000, 'xyz'))).status).toBe(404);
  });
});
