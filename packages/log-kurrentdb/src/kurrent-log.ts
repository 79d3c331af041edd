import { randomUUID } from 'node:crypto';
import { type EventLog, type LogEvent, type Range, revision, type StreamId, type StreamReader } from '@custody/log';
import { parseAddress } from './address.ts';
import { appendEvents, placeOf, removeStream, type Streams } from './append.ts';
import { followStream } from './follow.ts';
import { listStreams, readRange } from './read.ts';
import { connect } from './server.ts';
import { readerOf } from './stream-reader.ts';

export interface KurrentLogOptions {
  /** What each stream's name begins with on the server, so that several can share it. @default the address's `prefix` */
  readonly prefix?: string | undefined;
  /** A file with `user:password`. Comes before what stands in the address. */
  readonly credentialsFile?: string | undefined;
  /** A file with the certificates to trust, in PEM. Comes before the address's `tlsCAFile`. */
  readonly caFile?: string | undefined;
  /** Milliseconds to wait for one answer. @default 10000 */
  readonly timeout?: number;
  /** Milliseconds for which a server that does not answer any more is tried again. @default 10000 */
  readonly patience?: number;
  /** Facts in a segment. Streams written with different values can be mixed freely. @default 1000 */
  readonly segmentEvents?: number;
  /** Bytes in one append; the server's MaxAppendSize less some room. @default 1000000 */
  readonly appendBytes?: number;
}

/** Large facts fill a segment before their number does. */
const segmentChars = 1_048_576;
/** A server takes 1 MiB in one append up to v25.0. */
const appendBytesByDefault = 1_000_000;

/**
 * The log on an EventStoreDB or KurrentDB server. Nothing is asked of the server before the first call.
 *
 * Credentials are sent over TLS only; with `tls=false` a server asks for none. No error tells them.
 *
 * @param connectionString - `kurrentdb://[user:password@]host:port[?tls=false&prefix=lab.]`.
 * @throws StoreError when the address does not hold together or one of its files cannot be read.
 * @example
 * const log = await openKurrentLog('kurrentdb://localhost:2113?tls=false');
 * await log.append(streamId('runs'), [opened], empty);
 */
export const openKurrentLog = async <E extends LogEvent = LogEvent>(
  connectionString: string,
  options: KurrentLogOptions = {},
): Promise<EventLog<E>> => {
  const { timeout = 10_000, patience = 10_000, segmentEvents = 1000, appendBytes = appendBytesByDefault } = options;
  const address = parseAddress(connectionString, options);
  const server = connect(address, { timeout, patience });
  const closing = new AbortController();
  let appends = 0;
  const streams: Streams = {
    server,
    prefix: address.prefix,
    writer: randomUUID(),
    size: { events: segmentEvents, chars: segmentChars },
    appendBytes,
    known: new Map(),
  };

  const refuseWhenClosed = (doing: string): void => {
    if (closing.signal.aborted) throw new Error(`Cannot ${doing} on ${server.shown} as the log is closed`);
  };
  const numbered = (): number => {
    appends += 1;
    return appends;
  };

  const read = async function* (stream: StreamId, range: Range = {}): AsyncGenerator<readonly E[]> {
    refuseWhenClosed(`read "${stream}"`);
    for await (const events of readRange(streams, stream, range)) {
      refuseWhenClosed(`read "${stream}"`);
      yield events as readonly E[];
    }
  };

  return {
    append: async (stream, events, expected) => {
      refuseWhenClosed(`append to "${stream}"`);
      return appendEvents(streams, { stream, events, expected, append: numbered() });
    },
    remove: async (stream) => {
      refuseWhenClosed(`remove "${stream}"`);
      await removeStream(streams, stream, numbered());
    },
    read,
    reader: async (stream) => {
      refuseWhenClosed(`read "${stream}"`);
      return (await readerOf(streams, stream)) as StreamReader<E>;
    },
    follow: (stream, from, signal) => followStream<E>(streams, { stream, from, signal, closed: closing.signal }),
    head: async (stream: StreamId) => {
      refuseWhenClosed(`read the head of "${stream}"`);
      return revision((await placeOf(streams, stream)).head);
    },
    streams: async () => {
      refuseWhenClosed('list the streams');
      return listStreams(streams);
    },
    [Symbol.asyncDispose]: async () => {
      if (closing.signal.aborted) return;
      closing.abort();
      await server.close();
    },
  };
};
