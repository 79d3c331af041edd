import { describe, expect, it } from 'vitest';
import { collect } from './contract/given.testing.ts';
import { oneByOne } from './one-by-one.ts';

function* batches(made: string[], ...all: readonly (readonly string[])[]): Generator<readonly string[]> {
  try {
    for (const batch of all) {
      made.push(batch.join(''));
      yield batch;
    }
    made.push('end');
  } finally {
    made.push('closed');
  }
}

describe('batches, one by one', () => {
  it('give every item in order, past batches without any', async () => {
    expect(await collect(oneByOne(batches([], ['a', 'b'], [], ['c'], [])))).toEqual(['a', 'b', 'c']);
    expect(await collect(oneByOne(batches([])))).toEqual([]);
  });

  it('are made only when their first item is asked for', async () => {
    const made: string[] = [];
    const items = oneByOne(batches(made, ['a', 'b'], ['c']));
    expect(made).toEqual([]);
    await items.next();
    await items.next();
    expect(made).toEqual(['ab']);
  });

  it('are closed by whoever leaves off in between, and give nothing more', async () => {
    const made: string[] = [];
    const items = oneByOne(batches(made, ['a', 'b'], ['c']));
    for await (const item of items) if (item === 'a') break;
    expect(made).toEqual(['ab', 'closed']);
    expect(await items.next()).toEqual({ value: undefined, done: true });
  });

  it('keep their order when several are asked for at once, of batches that are waited for', async () => {
    const items = oneByOne(
      (async function* (): AsyncGenerator<readonly string[]> {
        for (const batch of [['a'], [], ['b', 'c']]) {
          await Promise.resolve();
          yield batch;
        }
      })(),
    );
    const asked = await Promise.all(Array.from({ length: 5 }, () => items.next()));
    expect(asked.map(({ value }) => value)).toEqual(['a', 'b', 'c', undefined, undefined]);
    expect(asked.map(({ done }) => done)).toEqual([false, false, false, true, true]);
  });

  it('pass on what goes wrong in making one, once', async () => {
    const items = oneByOne(
      (function* (): Generator<readonly string[]> {
        yield ['a'];
        throw new Error('no more');
      })(),
    );
    expect(await items.next()).toEqual({ value: 'a', done: false });
    await expect(items.next()).rejects.toThrow('no more');
    expect(await items.next()).toEqual({ value: undefined, done: true });
  });
});
