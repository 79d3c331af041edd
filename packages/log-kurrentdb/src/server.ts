import { StoreError } from '@custody/log';
import { type EventData, KurrentDBClient, type ReadStreamOptions } from '@kurrent/kurrentdb-client';
import type { Address } from './address.ts';
import { failure, type Trouble, troubleOf } from './failures.ts';
import type { Recorded } from './format.ts';
import { type Patience, patienceWith } from './patience.ts';
import { readerWith } from './reader.ts';

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

/** After these nobody knows whether an append was stored. */
const leavesDoubt = (trouble: Trouble): boolean => ['unreachable', 'timeout', 'other'].includes(trouble);

/** @throws StoreError when the address does not hold together. */
export const connect = (address: Address, limits: Patience): Server => {
  const client = clientOf(address);
  const { shown } = address;
  const patiently = patienceWith(limits);
  const reader = readerWith(client, () => clientOf(address), patiently);

  const explained = async <Result>(doing: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw failure(doing, shown, error);
    }
  };

  const read = (stream: string, options: ReadStreamOptions) =>
    explained(`read "${stream}" on`, () => reader.events(stream, options));

  return {
    shown,
    last: async (stream) => (await read(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }))[0],
    page: (stream, revision, count) => read(stream, { fromRevision: BigInt(revision), maxCount: count }),
    append: async (stream, revision, events) => {
      const streamState = revision < 0 ? 'no_stream' : BigInt(revision);
      let inDoubt = false;
      try {
        const { nextExpectedRevision } = await patiently(
          () =>
            client.appendToStream(stream, [...events], { streamState, requiresLeader: true, deadline: limits.timeout }),
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
    names: (prefix, isWanted) => explained('list the streams on', () => reader.names(prefix, isWanted)),
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
