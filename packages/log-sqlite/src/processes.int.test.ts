import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { empty, streamId } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { openSqliteLog } from './sqlite-log.ts';
import { startAppender } from './testing/child.testing.ts';
import { checked } from './testing/damage.testing.ts';
import { collect, newPlaces } from './testing/places.testing.ts';

const place = newPlaces();
const run = streamId('run-1');

interface Appended {
  readonly type: string;
  readonly data: { readonly by: string; readonly number: number };
}

const twoAppenders = (path: string) =>
  Promise.all([startAppender(path, 'left', 'run-1'), startAppender(path, 'right', 'run-1')]);

describe('two processes on one store', () => {
  it('append at one revision: one wins, the other learns where the stream is', async () => {
    const path = place();
    const [left, right] = await twoAppenders(path);
    for (let head = 0; head < 40; head += 2) {
      const answers = await Promise.all([left.ask(`at ${head}`), right.ask(`at ${head}`)]);
      expect(answers.sort()).toEqual([`lost ${head} ${head + 2}`, `won ${head + 2}`]);
    }
    expect(await Promise.all([left.finish(), right.finish()])).toEqual([0, 0]);
    expect(readdirSync(dirname(path))).toEqual(['custody.db']);
  });

  it('lose nothing and reorder nothing when both append as fast as they can', async () => {
    const path = place();
    const [left, right] = await twoAppenders(path);
    await Promise.all([left.ask('free 700'), right.ask('free 700')]);
    await Promise.all([left.finish(), right.finish()]);

    await using log = await openSqliteLog<Appended>(path);
    const events = await collect(log.read(run));
    expect(events).toHaveLength(1400);
    const numbersBy = (name: string) => events.filter(({ data }) => data.by === name).map(({ data }) => data.number);
    expect(numbersBy('left')).toEqual([...Array(700).keys()]);
    expect(numbersBy('right')).toEqual([...Array(700).keys()]);
  }, 60_000);

  it('may open a store that is not there yet at the same moment', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [left, right] = await twoAppenders(place());
      expect([await left.ask('at 0'), await right.ask('at 0')]).toEqual(['won 2', 'lost 0 2']);
      await Promise.all([left.finish(), right.finish()]);
    }
  }, 30_000);
});

describe('a process killed while it appends', () => {
  it.each([3, 60, 400])(
    'after %d appends leaves every acknowledged append, and a head that can be read',
    async (appends) => {
      const path = place();
      const child = await startAppender(path, 'left', 'run-1');
      let said = [await child.ask('flood')];
      while (said.length < appends) said.push(await child.hear());
      said = said.concat(await child.kill());

      await using log = await openSqliteLog<Appended>(path);
      const head = await log.head(run);
      const events = await collect(log.read(run));
      expect(head).toBeGreaterThanOrEqual(Number(said.at(-1)));
      expect(head % 7).toBe(0);
      expect(events.map(({ data }) => data.number)).toEqual([...Array(head).keys()]);
      expect(await log.append(run, events.slice(0, 1), head)).toBe(head + 1);
    },
    30_000,
  );
});

/** How many processes race, and how often; by hand: RACERS=50 RACES=40. */
const racers = Number(process.env['RACERS'] ?? 50);
const races = Number(process.env['RACES'] ?? 3);

describe(`${racers} processes that append at one revision`, () => {
  it('let exactly one win, every time', async () => {
    const path = place();
    await (await openSqliteLog(path))[Symbol.asyncDispose]();
    const all = await Promise.all([...Array(racers).keys()].map((name) => startAppender(path, `${name}`, 'run-1')));
    for (let head = 0; head < races * 2; head += 2) {
      const answers = await Promise.all(all.map((one) => one.ask(`at ${head}`)));
      const lost = Array(racers - 1).fill(`lost ${head} ${head + 2}`);
      expect(answers.sort()).toEqual([...lost, `won ${head + 2}`]);
    }
    expect(await Promise.all(all.map((one) => one.finish()))).toEqual(Array(racers).fill(0));
    expect(await checked(path)).toMatchObject({ findings: [], check: { events: races * 2 } });
  }, 300_000);
});

/** How often to kill, and the seed of when; by hand: KILLS=200 SEED=7. */
const kills = Number(process.env['KILLS'] ?? 8);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));

/** Numbers from 0 to 1 that the seed decides (mulberry32). */
const diceOf = (start: number) => {
  let state = start;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

describe('a store whose writers are killed at random', () => {
  it(`opens after each of ${kills}, with every acknowledged event and no part of a batch (SEED=${seed})`, async () => {
    const path = place();
    const dice = diceOf(seed);
    const [run, live] = [streamId('run-1'), streamId('run-1-live')];
    let acknowledged = [0, 0];
    for (let kill = 0; kill < kills; kill += 1) {
      const child = await startAppender(path, 'left', 'run-1');
      const first = child.ask('both').catch(() => undefined);
      await new Promise((wake) => setTimeout(wake, dice() * 150));
      // What it said before it died, heard or not.
      const unheard = await child.kill();
      const said = [await first, ...unheard].filter((line) => line !== undefined).at(-1);
      if (said !== undefined) acknowledged = said.split(' ').map(Number);

      await using log = await openSqliteLog<Appended>(path);
      const heads = [await log.head(run), await log.head(live)];
      const where = `SEED=${seed}, kill ${kill}, heads ${heads}, acknowledged ${acknowledged}`;
      expect(heads[0], where).toBeGreaterThanOrEqual(acknowledged[0] ?? 0);
      expect(heads[1], where).toBeGreaterThanOrEqual(acknowledged[1] ?? 0);
      expect([(heads[0] ?? 0) % 1400, (heads[1] ?? 0) % 5], where).toEqual([0, 0]);
      for (const [index, stream] of [run, live].entries()) {
        const numbers = (await collect(log.read(stream))).map(({ data }) => data.number);
        expect(numbers, where).toEqual([...Array(heads[index]).keys()]);
      }
      expect((await checked(path)).findings, where).toEqual([]);
      // What was killed an import would take up; a store that grows for ever would only make the test slow.
      if ((heads[0] ?? 0) > 20_000) await log.remove(run);
      acknowledged = [await log.head(run), await log.head(live)];
    }
  }, 600_000);
});

describe('a follower in another process than the one that appends', () => {
  interface Stamped {
    readonly type: string;
    readonly data: { readonly at: number };
  }

  it('sees each event within 100 ms, also after the write-ahead log was reset, deleted and made anew', async () => {
    const path = place();
    await using log = await openSqliteLog<Stamped>(path);
    const stop = new AbortController();
    const delays: number[] = [];
    const following = (async () => {
      for await (const { data } of log.follow(run, empty, stop.signal)) {
        delays.push(Date.now() - data.at);
        if (delays.length === 12) stop.abort();
      }
    })();
    for (let round = 0; round < 4; round += 1) {
      const child = await startAppender(path, 'left', 'run-1');
      for (let event = 0; event < 3; event += 1) {
        await child.ask('stamp');
        await new Promise((wake) => setTimeout(wake, 20));
      }
      // Its last checkpoint resets the log: it writes from the beginning of the file again.
      await child.finish();
    }
    await following;
    expect(delays.sort((left, right) => left - right).at(-2)).toBeLessThan(100);
  }, 30_000);

  it('sees them when it may only read, from before there was a write-ahead log', async () => {
    const path = place();
    await (await openSqliteLog(path))[Symbol.asyncDispose]();
    await using log = await openSqliteLog<Stamped>(path, { readOnly: true });
    expect(readdirSync(dirname(path))).toEqual(['custody.db']);
    const events = log.follow(run, empty, new AbortController().signal)[Symbol.asyncIterator]();
    const next = events.next();
    const child = await startAppender(path, 'left', 'run-1');
    await child.ask('stamp');
    const { value } = await next;
    expect(value.type).toBe('Stamped');
    await child.finish();
    await events.return?.();
  }, 30_000);

  it('keeps its process alive while it waits, and no longer', async () => {
    const path = place();
    const follower = new URL('./testing/follower.testing.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [follower, path, 'run-1'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    await new Promise((wake) => setTimeout(wake, 700));
    expect(child.exitCode).toBe(null);
    const appender = await startAppender(path, 'left', 'run-1');
    await appender.ask('stamp');
    expect(await closed).toEqual([0, null]);
    await appender.finish();
  }, 30_000);
});
