// A server of the v1 Streams protocol in this process, for the real client over TCP. It proves the adapter against the
// protocol as documented, not against the server.
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import serverFeaturesService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js';
import serverFeatures from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import type shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import streamsService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { openFront } from './front.testing.ts';
import {
  addressed,
  appendMessage,
  batchMessage,
  batchTooLargeMessage,
  expectedOf,
  proposedEvent,
  serviceError,
  sizeOf,
  streamName,
  tombstonedError,
  tooLargeError,
  uuidText,
  wrongVersionError,
} from './messages.testing.ts';
import { readCall } from './read-call.testing.ts';
import { type Answer, type ProposedEvent, storedStreams } from './stored-streams.testing.ts';

/**
 * Where the next append goes wrong: the connections are cut before it is handled, after it is handled and before the
 * answer, or (Append only) once so many of its messages have come: its header is the first.
 */
export type Cut = 'before' | 'after' | { readonly afterMessages: number };

export interface DoubleOptions {
  /** Bytes that one append may hold. @default 1048576, the server's own up to v25.0 */
  readonly maxAppendSize?: number;
  /** Whether it has BatchAppend, else the client uses Append. @default true */
  readonly batches?: boolean;
  /** Speaks TLS with this key and certificate, in PEM, and answers only who names this user and password. */
  readonly secured?: { readonly key: Buffer; readonly certificate: Buffer; readonly user: string };
}

export interface KurrentDouble {
  /** A connection string for it. */
  readonly url: string;
  readonly streams: ReturnType<typeof storedStreams>;
  /** Makes the next append go wrong; several calls are for as many appends, in turn. */
  cutNext(...cuts: readonly Cut[]): void;
  /** Cuts all connections now. */
  drop(): void;
  /** Cuts all connections after so many bytes from clients. */
  dropAfter(bytes: number): void;
  /** Answers every call with this code from now on, or works again. */
  refuse(code: 'UNAVAILABLE' | 'UNAUTHENTICATED' | 'PERMISSION_DENIED' | undefined): void;
  /** Milliseconds that every append waits before it is handled. */
  delay(milliseconds: number): void;
  /** Goes down; `start` brings it up on the same port with the same data. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts one on a free port of the loopback. */
export const startDouble = async ({
  maxAppendSize = 1_048_576,
  batches = true,
  secured,
}: DoubleOptions = {}): Promise<KurrentDouble> => {
  const kept = storedStreams();
  const cuts: Cut[] = [];
  let refusal: grpc.status | undefined;
  let wait = 0;
  let running: Awaited<ReturnType<typeof listen>> | undefined;

  const drop = () => running?.front.drop();

  /** Handles one append, unless it is cut: then there is no answer. */
  const handled = async (work: () => Answer): Promise<Answer | undefined> => {
    const cut = cuts.shift();
    if (wait > 0) await sleep(wait);
    if (cut === undefined) return work();
    if (cut === 'after') work();
    drop();
    return undefined;
  };

  const wanted = secured && `Basic ${Buffer.from(secured.user).toString('base64')}`;
  const refused = ({ metadata }: { readonly metadata: grpc.Metadata }) => {
    if (refusal !== undefined) return serviceError(refusal, 'Refused by the double');
    if (wanted === undefined || metadata.get('authorization')[0] === wanted) return undefined;
    return serviceError(grpc.status.UNAUTHENTICATED, 'Unauthenticated');
  };
  const isTooLarge = (events: readonly ProposedEvent[]) =>
    events.reduce((sum, event) => sum + sizeOf(event), 0) > maxAppendSize;

  const append: grpc.handleClientStreamingCall<streams.AppendReq, streams.AppendResp> = (call, answer) => {
    const events: ProposedEvent[] = [];
    let options: streams.AppendReq.Options | undefined;
    let messages = 0;
    call.on('error', () => {});
    call.on('data', (request: streams.AppendReq) => {
      messages += 1;
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (message !== undefined) events.push(proposedEvent(message));
      const cut = cuts[0];
      if (typeof cut !== 'object' || cut.afterMessages !== messages) return;
      cuts.shift();
      options = undefined;
      drop();
    });
    call.on('end', async () => {
      if (options === undefined) return;
      const refusedBy = refused(call);
      if (refusedBy !== undefined) return answer(refusedBy);
      const { [0]: stream, [1]: expected } = target(options, (from) => from.getRevision());
      if (isTooLarge(events)) return answer(tooLargeError(maxAppendSize));
      const done = await handled(() => kept.append(stream, expected, events));
      if (done === undefined) return;
      if (done.kind === 'tombstoned') answer(tombstonedError(stream));
      else answer(null, appendMessage(done));
    });
  };

  const batchAppend: grpc.handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp> = (call) => {
    const open = new Map<string, { options: streams.BatchAppendReq.Options; events: ProposedEvent[] }>();
    call.on('error', () => {});
    call.on('end', () => call.end());
    call.on('data', async (request: streams.BatchAppendReq) => {
      const refusedBy = refused(call);
      if (refusedBy !== undefined) return call.emit('error', refusedBy);
      const id = uuidText(request.getCorrelationId());
      const options = request.getOptions();
      const batch = open.get(id) ?? (options === undefined ? undefined : { options, events: [] });
      if (batch === undefined) return;
      open.set(id, batch);
      batch.events.push(...request.getProposedMessagesList().map(proposedEvent));
      if (!request.getIsFinal()) return;
      open.delete(id);
      const [stream, expected] = target(batch.options, (from) => from.getStreamPosition());
      const say = (message: streams.BatchAppendResp) =>
        call.write(addressed(message, request.getCorrelationId(), stream));
      if (isTooLarge(batch.events)) return say(batchTooLargeMessage(maxAppendSize));
      const done = await handled(() => kept.append(stream, expected, batch.events));
      return done === undefined ? undefined : say(batchMessage(stream, done));
    });
  };

  const removal =
    <Request extends streams.DeleteReq | streams.TombstoneReq, Response>(
      remove: typeof kept.delete,
      response: () => Response,
    ) =>
    (call: { readonly request: Request; readonly metadata: grpc.Metadata }, answer: grpc.sendUnaryData<Response>) => {
      const refusedBy = refused(call);
      const options = call.request.getOptions();
      if (refusedBy !== undefined || options === undefined) return answer(refusedBy ?? null);
      const [stream, expected] = target(options, (from) => from.getRevision());
      const done = remove(stream, expected);
      if (done.kind === 'tombstoned') answer(tombstonedError(stream));
      else if (done.kind === 'wrong-version') answer(wrongVersionError(stream, done.expected, done.current));
      else answer(null, response());
    };

  const listen = async (port: number) => {
    const server = new grpc.Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    server.addService(streamsService.StreamsService, {
      append,
      batchAppend,
      read: readCall(kept, refused),
      delete: removal(kept.delete, () => new streams.DeleteResp()),
      tombstone: removal(kept.tombstone, () => new streams.TombstoneResp()),
    });
    server.addService(serverFeaturesService.ServerFeaturesService, {
      // The real one asks nobody who they are here.
      getSupportedMethods: (_call: unknown, answer: grpc.sendUnaryData<serverFeatures.SupportedMethods>) =>
        answer(
          refusal === undefined ? null : serviceError(refusal, 'Refused by the double'),
          supportedMethods(batches),
        ),
    });
    const inner = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', serverCredentials(secured), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    return { server, front: await openFront(inner, port) };
  };

  running = await listen(0);
  const { port } = running.front;

  return {
    url: secured === undefined ? `kurrentdb://127.0.0.1:${port}?tls=false` : `kurrentdb://localhost:${port}`,
    streams: kept,
    cutNext: (...more) => {
      cuts.push(...more);
    },
    drop,
    dropAfter: (bytes) => running?.front.dropAfter(bytes),
    refuse: (code) => {
      refusal = code === undefined ? undefined : grpc.status[code];
    },
    delay: (milliseconds) => {
      wait = milliseconds;
    },
    stop: async () => {
      const stopped = running;
      running = undefined;
      await stopped?.front.close();
      stopped?.server.forceShutdown();
    },
    start: async () => {
      running ??= await listen(port);
    },
  };
};

interface TargetOptions {
  getStreamIdentifier(): shared.StreamIdentifier | undefined;
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

const serverCredentials = (secured: DoubleOptions['secured']): grpc.ServerCredentials =>
  secured === undefined
    ? grpc.ServerCredentials.createInsecure()
    : grpc.ServerCredentials.createSsl(null, [{ private_key: secured.key, cert_chain: secured.certificate }]);

const target = <Options extends TargetOptions>(options: Options, revision: (from: Options) => string) =>
  [streamName(options.getStreamIdentifier()), expectedOf(options, () => revision(options))] as const;

const supportedMethods = (batches: boolean): serverFeatures.SupportedMethods =>
  new serverFeatures.SupportedMethods().setEventStoreServerVersion('25.0.0').setMethodsList(
    ['read', 'append', ...(batches ? ['batchappend'] : []), 'delete', 'tombstone'].map((name) =>
      new serverFeatures.SupportedMethod()
        .setServiceName('event_store.client.streams.streams')
        .setMethodName(name)
        .setFeaturesList(name === 'batchappend' ? ['deadline_duration'] : []),
    ),
  );
