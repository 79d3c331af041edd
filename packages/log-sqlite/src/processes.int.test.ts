import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { streamId } from '@custody/log';
import { describe, expect, it } from 'vitest';
import { openSqliteLog } from './sqlite-log.ts';
import { startAppender } from './testing/child.testing.ts';
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
