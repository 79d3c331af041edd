import { StoreError } from '@custody/log';
import { type EventData, excludeSystemEvents, KurrentDBClient, streamNameFilter } from '@kurrent/kurrentdb-client';
import type { Address } from './address.ts';
import { failure, mayPass, NoAnswerError, type Trouble, troubleOf } from './failures.ts';
import type { Recorded } from './format.ts';
import { sleep } from './sleep.ts';

/** The calls that the adapter makes, under the server's own stream names and revisions. */
export interface Server {
  /** For messages: scheme and hosts. */
  readonly shown: string;
  /** The last event; undefined when there is no such stream. */
  last(stream: string): Promise<Recorded | undefined>;
  /** At most `count` events from `revision` on; none when there is no such stream. */
  page(stream: string, revision: number, count: number): Promise<readonly Recorded[]>;
  /**
   * Appends all or nothing behind `revision` (−1: there is no such stream), repeating itself while the server cannot be
   * reached: the ids make that harmless.
   *
   * @returns the server's new revision; or that the stream stands elsewhere, and whether an earlier try may be why.
   */
  append(stream: string, revision: number, events: readonly EventData[]): Promise<Appended>;
  /** Deletes softly what stands at `revision`; nothing when it has moved on. */
  deleteAt(stream: string, revision: number): Promise<void>;
  /** The names of all streams with an event that `isWanted`, deleted ones too. */
  names(prefix: string, isWanted: (event: Recorded) => boolean): Promise<ReadonlySet<string>>;
  /**
   * What comes behind `revision` (−1: from the beginning), as it comes. Ends when `signal` aborts or the server hangs up.
   *
   * @throws the client's own error when the connection breaks.
   */
  subscribe(stream: string, revision: number, signal: AbortSignal): AsyncIterable<Recorded>;
  close(): Promise<void>;
}

type Appended =
  | { readonly kind: 'appended'; readonly revision: number }
  | { readonly kind: 'elsewhere'; readonly mayBeOurs: boolean };

export interface Patience {
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Milliseconds for which a server that was reached before is tried again. */
  readonly patience: number;
}

const firstPause = 20;
const longestPause = 1000;
const patienceWithStrangers = 1000;

/** After these nobody knows whether an append was stored. */
const leavesDoubt = (trouble: Trouble): boolean => ['unreachable', 'timeout', 'other'].includes(trouble);

/** Pauses that double, up to a second. */
export const pauses = function* (): Generator<number, never> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) yield pause;
};

/** @throws StoreError when the address does not hold together. */
export const connect = (address: Address, { timeout, patience }: Patience): Server => {
  const client = clientOf(address);
  const { shown } = address;
  let wasReached = false;

  const answered = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const result = await within(timeout, call());
    wasReached = true;
    return result;
  };

  /**
   * Tries until there is an answer, or a failure that will not pass, or the patience is over. A server that was never
   * reached is given a second: the address may be wrong.
   */
  const patiently = async <Result>(
    call: () => Promise<Result>,
    onTrouble: (trouble: Trouble) => void = () => {},
  ): Promise<Result> => {
    const begun = performance.now();
    const isOver = (pause: number) =>
      performance.now() + pause > begun + (wasReached ? patience : Math.min(patience, patienceWithStrangers));
    for (const pause of pauses()) {
      try {
        return await answered(call);
      } catch (error) {
        const trouble = troubleOf(error);
        if (!mayPass(trouble)) wasReached = true;
        onTrouble(trouble);
        if (!mayPass(trouble) || isOver(pause)) throw error;
      }
      await sleep(pause);
    }
    throw new NoAnswerError();
  };

  const explained = async <Result>(doing: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw failure(doing, shown, error);
    }
  };

  const read = (stream: string, options: Parameters<typeof client.readStream>[1]) =>
    explained(`read "${stream}" on`, () =>
      patiently(async () => {
        const events: Recorded[] = [];
        try {
          for await (const { event } of client.readStream(stream, { ...options, requiresLeader: true })) {
            if (event !== undefined) events.push(event);
          }
        } catch (error) {
          if (troubleOf(error) !== 'no stream') throw error;
        }
        return events;
      }),
    );

  return {
    shown,
    last: async (stream) => (await read(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }))[0],
    page: (stream, revision, count) => read(stream, { fromRevision: BigInt(revision), maxCount: count }),
    append: async (stream, revision, events) => {
      const streamState = revision < 0 ? 'no_stream' : BigInt(revision);
      let inDoubt = false;
      try {
        const { nextExpectedRevision } = await patiently(
          () => client.appendToStream(stream, [...events], { streamState, requiresLeader: true, deadline: timeout }),
          (trouble) => {
            inDoubt ||= leavesDoubt(trouble);
          },
        );
        return { kind: 'appended', revision: Number(nextExpectedRevision) };
      } catch (error) {
        if (troubleOf(error) === 'wrong version') return { kind: 'elsewhere', mayBeOurs: inDoubt };
        const doubt = inDoubt ? '; it is not known whether this is stored, so look before appending it again' : '';
        throw failure(`append to "${stream}" on`, shown, error, doubt);
      }
    },
    deleteAt: (stream, revision) =>
      explained(`give back the room of the removed "${stream}" on`, async () => {
        try {
          const options = { expectedRevision: BigInt(revision), requiresLeader: true };
          await patiently(() => client.deleteStream(stream, options));
        } catch (error) {
          if (!['wrong version', 'no stream'].includes(troubleOf(error))) throw error;
        }
      }),
    names: (prefix, isWanted) =>
      explained('list the streams on', () =>
        patiently(async () => {
          const names = new Set<string>();
          const filter = prefix === '' ? excludeSystemEvents() : streamNameFilter({ prefixes: [prefix] });
          for await (const { event } of client.readAll({ filter, requiresLeader: true })) {
            if (event !== undefined && isWanted(event)) names.add(event.streamId);
          }
          return names;
        }),
      ),
    subscribe: async function* (stream, revision, signal) {
      const fromRevision = revision < 0 ? 'start' : BigInt(revision);
      const subscription = client.subscribeToStream(stream, { fromRevision });
      const end = () => subscription.destroy();
      signal.addEventListener('abort', end);
      try {
        for await (const { event } of subscription) if (event !== undefined) yield event;
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', end);
        subscription.unsubscribe().catch(() => {});
      }
    },
    close: () => client.dispose(),
  };
};

/** Credentials go in by a provider: a connection string is what the client prints when it is debugged. */
const clientOf = ({ connection, shown, credentials }: Address): KurrentDBClient => {
  try {
    const client = KurrentDBClient.connectionString(connection);
    if (credentials !== undefined) client.setCredentialsProvider(async () => credentials);
    return client;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`Cannot use the address of the KurrentDB server ${shown}: ${why}; correct it`, { cause });
  }
};

const within = async <Result>(milliseconds: number, work: Promise<Result>): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(`No answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
