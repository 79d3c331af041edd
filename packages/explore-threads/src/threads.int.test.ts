import {
  explore,
  exploringInShards,
  type Model,
  type Progress,
  type Report,
  type ShardsOptions,
} from '@custody/explore';
import { afterEach, describe, expect, it } from 'vitest';
import { referenceModel } from '../../../tools/bench/src/reference-model.ts';
import type { Task } from './thread.testing.ts';
import { ThreadError } from './thread-error.ts';
import { openThreads, type Threads } from './threads.ts';

let threads: Threads | undefined;
afterEach(async () => threads?.close());

const model = (): Model => referenceModel('R1', { devices: 3, claimers: 1 });
const begin = (task: Task, options: ShardsOptions = {}): AsyncGenerator<Progress, Report> => {
  threads = openThreads(new URL('thread.testing.ts', import.meta.url), task, 2);
  return exploringInShards(model(), threads.ports, options);
};
const toItsEnd = async (search: AsyncGenerator<Progress, Report>): Promise<Report> => {
  for (;;) {
    const step = await search.next();
    if (step.done === true) return step.value;
  }
};

describe('a search in two threads', () => {
  it('finds what a search alone finds', async () => {
    const { states, transitions, markCount, marks } = await toItsEnd(begin({}, { turn: 500 }));
    const alone = explore(model(), []);
    expect({ states, transitions, markCount }).toEqual({ states: 47_851, transitions: 147_224, markCount: 3 });
    expect([...marks.values()].map(({ length }) => length)).toEqual([...alone.marks.values()].map((way) => way.length));
  });

  it.each([
    ['throws', 'a thread failed: Cannot think any more'],
    ['ends', 'a thread has ended'],
  ] as const)('ends with an error that says why when one of them %s', async (how, why) => {
    const search = toItsEnd(begin({ [how]: 2000 }));
    await expect(search).rejects.toThrow(ThreadError);
    await expect(search).rejects.toThrow(why);
    // The other is ended too: nobody answers any more.
    await threads?.close();
    await expect(threads?.ports[0]?.('findings', null)).rejects.toThrow(ThreadError);
  });

  it('stops when it is told', async () => {
    let asked = 0;
    const deadline = (): boolean => {
      asked += 1;
      return asked > 20;
    };
    const report = await toItsEnd(begin({}, { deadline, turn: 50 }));
    expect(report).toMatchObject({ complete: false, bound: 'deadline' });
  });

  it('refuses more threads than any machine runs', () => {
    expect(() => openThreads(new URL('thread.testing.ts', import.meta.url), {}, 1000)).toThrow(RangeError);
  });
});
