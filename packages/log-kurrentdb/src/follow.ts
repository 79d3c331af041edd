import { type LogEvent, type Revision, revision, type StopSignal, type StreamId } from '@custody/log';
import { placeOf, type Streams } from './append.ts';
import { failure, mayPass, troubleOf } from './failures.ts';
import { factsOf, stretchOf } from './format.ts';
import { pauses } from './patience.ts';
import { missing, serverRevisionOf } from './read.ts';
import { sleep } from './sleep.ts';

/**
 * Follows a stream by a catch-up subscription. Each event says at which position its facts begin, so nothing is skipped
 * or repeated however often the connection breaks; while it is broken, this waits.
 *
 * @param closed - aborts when the log is closed.
 * @throws StoreError when the server cannot be reached at the beginning, or refuses.
 */
export async function* followStream<E extends LogEvent>(
  streams: Streams,
  {
    stream,
    from,
    signal,
    closed,
  }: {
    readonly stream: StreamId;
    readonly from: Revision;
    readonly signal: StopSignal;
    readonly closed: AbortSignal;
  },
): AsyncGenerator<E, void, undefined> {
  const ending = new AbortController();
  const end = () => ending.abort();
  if (signal.aborted || closed.aborted) return;
  signal.addEventListener('abort', end);
  closed.addEventListener('abort', end);
  try {
    yield* followUntil<E>(streams, { stream, from, ended: ending.signal });
  } finally {
    signal.removeEventListener('abort', end);
    closed.removeEventListener('abort', end);
    end();
  }
}

async function* followUntil<E extends LogEvent>(
  streams: Streams,
  { stream, from, ended }: { readonly stream: StreamId; readonly from: Revision; readonly ended: AbortSignal },
): AsyncGenerator<E, void, undefined> {
  const { server, prefix } = streams;
  let seen = await revisionBefore(streams, stream, from);
  let next: number = from;
  let waits = pauses();
  while (!ended.aborted) {
    try {
      for await (const event of server.subscribe(prefix + stream, seen, ended)) {
        waits = pauses();
        const { first, count } = stretchOf(stream, event);
        if (first > next) throw missing(stream, next, first);
        for (const fact of factsOf(stream, event, next, first + count)) {
          if (ended.aborted) return;
          next += 1;
          yield fact as E;
        }
        seen = Number(event.revision);
      }
    } catch (error) {
      if (!mayPass(troubleOf(error))) throw failure(`follow "${stream}" on`, server.shown, error);
    }
    await sleep(waits.next().value, ended);
  }
}

/** The server's revision behind which the fact at `from` is or will be. */
const revisionBefore = async (streams: Streams, stream: StreamId, from: Revision): Promise<number> => {
  const place = await placeOf(streams, stream);
  return from < place.head ? (await serverRevisionOf(streams, stream, revision(from), place)) - 1 : place.revision;
};
