import type grpc from '@grpc/grpc-js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import {
  caughtUpMessage,
  confirmationMessage,
  eventMessage,
  notFoundMessage,
  streamName,
  tombstonedError,
} from './messages.testing.ts';
import type { StoredEvent, StoredStreams } from './stored-streams.testing.ts';

type Call = grpc.ServerWritableStream<streams.ReadReq, streams.ReadResp>;

/** The Read call: a stream or $all, forwards or backwards, once or as a subscription. */
export const readCall =
  (kept: StoredStreams, refused: (call: Call) => Error | undefined) =>
  async (call: Call): Promise<void> => {
    const options = call.request.getOptions();
    const refusedBy = refused(call);
    if (refusedBy !== undefined || options === undefined) {
      call.emit('error', refusedBy);
      return;
    }
    call.on('error', () => {});
    const stream = streamName(options.getStream()?.getStreamIdentifier());
    if (options.hasStream() && kept.isTombstoned(stream)) call.emit('error', tombstonedError(stream));
    else if (options.hasSubscription()) await subscribe(kept, call, options, stream);
    else await readOnce(kept, call, options, stream);
  };

const readOnce = async (
  kept: StoredStreams,
  call: Call,
  options: streams.ReadReq.Options,
  stream: string,
): Promise<void> => {
  if (options.hasStream() && kept.visible(stream).length === 0) call.write(notFoundMessage(stream));
  let left = Number(options.getCount());
  for (const event of wanted(kept, options, stream)) {
    if (left-- <= 0 || call.cancelled) break;
    await written(call, eventMessage(event, hasStructuredIds(options)));
  }
  call.end();
};

/** Backpressure is kept, as a client may read slowly. */
const written = async (call: Call, message: streams.ReadResp): Promise<void> => {
  if (call.write(message) || call.cancelled) return;
  await new Promise<void>((resolve) => {
    const events = ['drain', 'cancelled', 'close'];
    const done = () => {
      for (const event of events) call.off(event, done);
      resolve();
    };
    for (const event of events) call.on(event, done);
  });
};

const hasStructuredIds = (options: streams.ReadReq.Options): boolean =>
  options.getUuidOption()?.hasStructured() ?? false;

const wanted = (kept: StoredStreams, options: streams.ReadReq.Options, stream: string): readonly StoredEvent[] => {
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const all = options.hasStream() ? kept.visible(stream) : kept.all.filter(filterOf(options));
  const isAfterStart = startOf(options, backwards);
  const events = all.filter(isAfterStart);
  return backwards ? events.reverse() : events;
};

const startOf = (options: streams.ReadReq.Options, backwards: boolean): ((event: StoredEvent) => boolean) => {
  const start = options.getStream() ?? options.getAll();
  if (start === undefined || start.hasEnd()) return () => backwards;
  if (start.hasStart()) return ({ revision }) => !backwards || revision === 0;
  const from = options.hasStream()
    ? Number(options.getStream()?.getRevision())
    : Number(options.getAll()?.getPosition()?.getCommitPosition());
  const place = (event: StoredEvent) => (options.hasStream() ? event.revision : event.position);
  return backwards ? (event) => place(event) <= from : (event) => place(event) >= from;
};

const filterOf = (options: streams.ReadReq.Options): ((event: StoredEvent) => boolean) => {
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  const regex = new RegExp(expression?.getRegex() ?? '');
  const prefixes = expression?.getPrefixList() ?? [];
  return (event) => {
    const text = filter.hasStreamIdentifier() ? event.stream : event.type;
    return prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
  };
};

/** Of one stream only, as the adapter asks for no more. */
const subscribe = async (
  kept: StoredStreams,
  call: Call,
  options: streams.ReadReq.Options,
  stream: string,
): Promise<void> => {
  const start = options.getStream();
  const last = () => kept.visible(stream).at(-1)?.revision ?? -1;
  let seen = -1;
  if (start?.hasEnd()) seen = last();
  else if (start?.hasRevision()) seen = Number(start.getRevision());

  let wake = () => {};
  const stopListening = kept.onChange(() => wake());
  for (const ending of ['cancelled', 'close', 'error']) call.on(ending, () => wake());

  call.write(confirmationMessage());
  for (let caughtUp = false; !call.cancelled && !call.destroyed; ) {
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    for (const event of kept.visible(stream).filter(({ revision }) => revision > seen)) {
      await written(call, eventMessage(event, hasStructuredIds(options)));
      seen = event.revision;
    }
    if (!caughtUp) call.write(caughtUpMessage(last()));
    caughtUp = true;
    if (last() <= seen) await changed;
  }
  stopListening();
};
