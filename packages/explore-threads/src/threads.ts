import { Worker } from 'node:worker_threads';
import { movable, type ShardPort, type ShardTalk } from '@custody/explore';
import { ThreadError } from './thread-error.ts';

/** The shards of one search, each in a thread of its own. They are to be closed, whatever comes of the search. */
export interface Threads {
  readonly ports: readonly ShardPort[];
  /** Ends the threads, whatever they are at. */
  readonly close: () => Promise<void>;
}

interface Asker {
  readonly resolve: (said: never) => void;
  readonly reject: (reason: ThreadError) => void;
}

/** A shard in another thread; questions and answers are in the same order. */
const portOf = (worker: Worker): ShardPort => {
  const askers: Asker[] = [];
  let failure: ThreadError | null = null;
  const fail = (reason: ThreadError): void => {
    failure ??= reason;
    for (const { reject } of askers.splice(0)) reject(failure);
  };
  worker.on('message', (said) => askers.shift()?.resolve(said as never));
  worker.on('error', (cause) => fail(new ThreadError(`a thread failed: ${(cause as Error).message}`, { cause })));
  worker.on('messageerror', (cause) => fail(new ThreadError('a thread could not be understood', { cause })));
  worker.on('exit', () => fail(new ThreadError('a thread has ended')));
  return <Asks extends keyof ShardTalk>(question: Asks, asked: ShardTalk[Asks]['asked']) =>
    new Promise<ShardTalk[Asks]['said']>((resolve, reject) => {
      if (failure !== null) return reject(failure);
      askers.push({ resolve, reject });
      worker.postMessage([question, asked], movable(asked));
    });
};

/** More than there are processors anywhere near, and fewer than a machine breaks down under. */
const most = 256;

/**
 * Starts so many threads of `script`, which is to call `serveShard`, and hands `task` to each of them as `workerData`:
 * plain data that says which model to build.
 *
 * @throws RangeError when there cannot be so many.
 */
export const openThreads = (script: URL, task: unknown, count: number): Threads => {
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new RangeError(`Cannot explore in ${count} threads as that must be a number from 1 to ${most}`);
  }
  const workers = Array.from({ length: count }, () => new Worker(script, { workerData: task }));
  return {
    ports: workers.map(portOf),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
};
