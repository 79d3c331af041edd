import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { historyOf, isNotesUpdated, type NotesUpdated, openNotesEvents } from '@custody/annotations';
import { streamId } from '@custody/log';
import { openSqliteLog } from '@custody/log-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture, newStore, type TestStore } from './custody.ts';

const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

let at: TestStore;
let children: ChildProcess[];
let run: string;
beforeEach(() => {
  at = newStore();
  children = [];
  run = at.json('import', fixture('6.1-basic')).runs[0].run;
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  at.remove();
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

/** The server as a person starts it; resolves when it says where it is. */
const serve = async (port: number, ...words: readonly string[]) => {
  const child = at.start('serve', '--listen', `127.0.0.1:${port}`, '--json', ...words);
  children.push(child);
  const lines: { readonly what: string; readonly reason?: string }[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(JSON.parse(line)));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, lines, url: JSON.parse(line).url as string };
};

const tokenFor = (name: string): string => at.json('invite', run, '--name', name).token;

interface Writing {
  readonly url: string;
  readonly count: number;
  readonly pace: number;
  readonly all: number;
}

/** Somebody who writes, as a process of their own with a store of their own. */
const write = (author: string, { url, count, pace, all }: Writing) => {
  const store = join(at.folder, `${author}.db`);
  const words = [url, tokenFor(author), store, `notes-${run}`, author, count, pace, all].map(String);
  const child = spawn(process.execPath, [fileURLToPath(new URL('writer.ts', import.meta.url)), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  // biome-ignore lint/suspicious/noExplicitAny: the lines are what the test is about
  const said: any[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
  const done = once(child, 'exit').then(([code]) =>
    expect([author, code, said.at(-1)?.what]).toEqual([author, 0, 'done']),
  );
  return {
    store,
    said,
    done,
    stored: (): number => said.findLast(({ stored }) => stored !== undefined)?.stored ?? 0,
  };
};

const eventsIn = async (store: string): Promise<readonly NotesUpdated[]> => {
  await using log = await openSqliteLog(store);
  const events: NotesUpdated[] = [];
  for await (const some of log.read(streamId(`notes-${run}`))) events.push(...some.filter(isNotesUpdated));
  return events;
};

/** The ids of an author's notes, in the order in which the log has them. */
const notedBy = (events: readonly NotesUpdated[], by: string): readonly string[] =>
  historyOf(events)
    .filter(({ author }) => author === by)
    .flatMap(({ deeds }) => deeds.map(({ id }) => id));

const numbered = (author: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => `${author}-${number}`);

/** A line between clients and a server that can be cut. */
const openLine = async (port: number) => {
  const ends = new Set<Socket>();
  let isCut = false;
  const line = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        ends.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(line, 'listening');
  const { port: bound } = line.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${bound}`,
    cutFor: async (milliseconds: number) => {
      isCut = true;
      for (const end of ends) end.destroy();
      await pause(milliseconds);
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) end.destroy();
      line.close();
    },
  };
};

describe('two people and a server', () => {
  it('have 400 comments each once, though the line is cut 20 times and the server is killed', async () => {
    const port = await freePort();
    let server = await serve(port);
    await using line = await openLine(port);
    const people = ['ada', 'bob'].map((author) => ({
      author,
      ...write(author, { url: line.url, count: 200, pace: 40, all: 400 }),
    }));
    const isOn = ({ said }: (typeof people)[number], cuts: number): boolean =>
      said.filter(({ what }) => what === 'connected').length > cuts;
    for (let cut = 0; cut < 20; cut += 1) {
      while (!people.every((person) => isOn(person, cut))) await pause(10);
      await pause(100);
      if (cut === 10) {
        server.child.kill('SIGKILL');
        await once(server.child, 'exit');
        const acknowledged = people.map(({ author, stored }) => ({ author, count: stored() }));
        const events = await eventsIn(at.store);
        for (const { author, count } of acknowledged) {
          expect(count).toBeGreaterThan(0);
          expect(notedBy(events, author).slice(0, count)).toEqual(numbered(author, count));
        }
        server = await serve(port);
      } else {
        await line.cutFor(60);
      }
    }
    await Promise.all(people.map(({ done }) => done));
    for (const { author, said } of people) {
      expect(said.filter(({ what }) => what === 'disconnected').length).toBe(20);
      expect(said.filter(({ what }) => what === 'kept back')).toEqual([]);
      expect(notedBy(await eventsIn(at.store), author)).toEqual(numbered(author, 200));
    }
    const lists = await Promise.all([at.store, ...people.map(({ store }) => store)].map(eventsIn));
    const [inLog, ...ofPeople] = lists.map((events) => openNotesEvents(events).list());
    expect(inLog).toHaveLength(400);
    for (const list of ofPeople) expect(list).toEqual(inLog);
    expect(lists[0]).toHaveLength(400);
    expect(server.lines.filter(({ what }) => what === 'refused')).toEqual([]);
  }, 120_000);
});

describe('custody join --once', () => {
  /** Somebody with a store of their own, which is empty at first. */
  const guest = (name: string) => {
    const store = join(at.folder, `${name}.db`);
    const words = (...more: readonly string[]) => ['--store', store, ...more];
    return {
      custody: (...more: readonly string[]) => at.custody(...words(...more)),
      json: (...more: readonly string[]) => at.json(...words(...more)),
    };
  };

  it('fetches the run with its notes, and brings along what was written here', async () => {
    const { url } = await serve(0);
    at.custody('note', 'add', run, '--at', '3', '--body', 'look', '--author', 'ada');
    const bob = guest('bob');
    const token = tokenFor('bob');
    expect(bob.custody('join', url, '--token', token, '--once').code).toBe(0);
    expect(bob.json('runs').runs).toMatchObject([{ run, title: '6.1-basic' }]);
    const [note] = bob.json('note', 'list', run).notes;
    expect(note).toMatchObject({ author: 'ada', body: 'look' });
    bob.custody('note', 'reply', run, note.id, '--body', 'I see', '--author', 'bob');
    const { code, out } = bob.custody('join', url, '6.1-basic', '--token', token, '--once');
    expect(out).toContain('1 change of yours is stored on the server');
    at.custody('note', 'add', run, '--at', '5', '--body', 'and here', '--author', 'ada');
    expect(bob.custody('join', url, '--token', token, '--once').out).toMatch(/^@5 {2}ada noted \[\w+\]: and here$/m);
    expect(code).toBe(0);
    expect(at.json('note', 'list', run).notes[0].replies).toMatchObject([{ author: 'bob', body: 'I see' }]);
    bob.custody('note', 'add', run, '--at', '3', '--body', 'hm', '--author', 'Robert');
    const partly = bob.custody('join', url, '--token', token, '--once');
    expect(partly.out).toMatch(/! a change by Robert stays here, .* is signed Robert, and you are bob/);
    expect(partly.code).toBe(1);
    expect(at.json('note', 'list', run).notes).toHaveLength(2);
  });

  it('tells what happens as a line of JSON each', async () => {
    const { url } = await serve(0);
    const lines = at.lines('join', url, '--token', tokenFor('ada'), '--once');
    expect(lines).toMatchObject([
      { what: 'connected', name: 'ada', role: 'writer' },
      { what: 'caught up', revision: 0 },
    ]);
  });

  it('without a token, with a bad one, for another run or without a server says what to do: exit 2', async () => {
    const { url } = await serve(0);
    const bob = guest('bob');
    const other = at.json('import', fixture('6.1-race')).runs[0].run;
    const complaints: readonly [RegExp, ...string[]][] = [
      [/Cannot join without a token; set \$CUSTODY_TOKEN/, url],
      [/^custody: Cannot join with this token: it is not what custody invite prints/, url, '--token', 'nonsense'],
      [/the token was not signed by this server/, url, '--token', `${tokenFor('bob').slice(0, -4)}AAAA`],
      [/Cannot be at 99999999 as 6.1-basic ends at/, url, '--token', tokenFor('bob'), '--at', '99999999'],
      [/Cannot reach ws:\/\/127.0.0.1:1/, 'ws://127.0.0.1:1', '--token', tokenFor('bob')],
      [/It must be the address that custody serve prints/, 'ftp://x', '--token', tokenFor('bob')],
    ];
    for (const [says, ...words] of complaints) {
      const { code, err } = bob.custody('join', ...words, '--once');
      expect(err).toMatch(says);
      expect(code).toBe(2);
    }
    const { code, err } = at.custody('join', url, other, '--token', tokenFor('bob'), '--once');
    expect(err).toContain(`Cannot join 6.1-race with this token as it is for 6.1-basic (${run})`);
    expect(code).toBe(2);
  });
});

describe('custody serve', () => {
  it('stops when it is told to, and leaves one file', async () => {
    const { child } = await serve(0);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(at.json('doctor').store).toMatchObject({ verdict: 'sound' });
  });

  it('on a port that is taken says so: exit 2', async () => {
    const { url } = await serve(0);
    const { code, err } = at.custody('serve', '--listen', url.replace('ws://', ''));
    expect(err).toContain('Cannot listen on 127.0.0.1');
    expect(code).toBe(2);
  });
});

describe('two servers', () => {
  const startRedis = async () => {
    const port = await freePort();
    const child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', at.folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    children.push(child);
    child.on('error', () => {
      throw new Error('Cannot start redis-server; install it: apt-get install redis-server');
    });
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('Ready to accept')) break;
    return { child, url: `redis://127.0.0.1:${port}` };
  };

  it('on one store and one Redis: who is at the one is seen at the other, and no update is logged twice', async () => {
    const redis = await startRedis();
    const servers = await Promise.all([serve(0, '--redis', redis.url), serve(0, '--redis', redis.url)]);
    const [ada, bob] = ['ada', 'bob'].map((author, index) =>
      write(author, { url: servers[index]?.url ?? '', count: 50, pace: 20, all: 100 }),
    );
    await Promise.all([ada?.done, bob?.done]);
    const events = await eventsIn(at.store);
    expect(events).toHaveLength(100);
    for (const author of ['ada', 'bob']) expect(notedBy(events, author)).toEqual(numbered(author, 50));
    const names = ada?.said.flatMap(({ people = [] }) => people.map(({ name }: { name: string }) => name));
    expect(names).toContain('bob');
    for (const { lines } of servers) expect(lines.filter(({ what }) => what === 'trouble')).toEqual([]);

    // Without Redis notes still come through, by the log.
    redis.child.kill('SIGKILL');
    await once(redis.child, 'exit');
    const cyds = join(at.folder, 'cyd.db');
    const joinOnce = ['join', servers[1]?.url ?? '', '--token', tokenFor('cyd'), '--store', cyds, '--once'];
    expect(at.custody(...joinOnce).code).toBe(0);
    at.custody('note', 'add', run, '--at', '3', '--body', 'and me', '--author', 'cyd', '--store', cyds);
    expect(at.custody(...joinOnce).code).toBe(0);
    expect(notedBy(await eventsIn(at.store), 'cyd')).toHaveLength(1);
  }, 30_000);
});
