// The protocol's messages, by the classes that the client itself was generated with.
import grpc from '@grpc/grpc-js';
import shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import status from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Answer, Expected, ProposedEvent, StoredEvent } from './stored-streams.testing.ts';

const ticksPerMillisecond = 10_000n;

export const uuidText = (uuid: shared.UUID | undefined): string => {
  const structured = uuid?.getStructured();
  if (structured === undefined) return uuid?.getString() ?? '';
  const half = (bits: string) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const uuidMessage = (text: string, isStructured: boolean): shared.UUID => {
  const uuid = new shared.UUID();
  if (!isStructured) return uuid.setString(text);
  const hex = text.replaceAll('-', '');
  const half = (digits: string) => BigInt.asIntN(64, BigInt(`0x${digits}`)).toString();
  const structured = new shared.UUID.Structured();
  structured.setMostSignificantBits(half(hex.slice(0, 16)));
  structured.setLeastSignificantBits(half(hex.slice(16)));
  return uuid.setStructured(structured);
};

const identifier = (stream: string): shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream));

export const streamName = (id: shared.StreamIdentifier | undefined): string =>
  Buffer.from(id?.getStreamName_asU8() ?? []).toString();

interface ExpectedOptions {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

export const expectedOf = (options: ExpectedOptions, revision: () => string): Expected => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  return options.hasStreamExists() ? 'stream-exists' : Number(revision());
};

export const proposedEvent = (
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage,
): ProposedEvent => ({
  id: uuidText(message.getId()),
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

/** As the server measures an append against its limit: data, metadata, and two bytes for a character of the type. */
export const sizeOf = ({ data, metadata, type }: ProposedEvent): number =>
  data.length + metadata.length + 2 * type.length;

export const eventMessage = (event: StoredEvent, isStructured: boolean): streams.ReadResp => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuidMessage(event.id, isStructured));
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', event.contentType);
  recorded.getMetadataMap().set('created', String(BigInt(event.created) * ticksPerMillisecond));
  recorded.setCustomMetadata(event.metadata);
  recorded.setData(event.data);
  const read = new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(event.position));
  return new streams.ReadResp().setEvent(read);
};

export const notFoundMessage = (stream: string): streams.ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream)),
  );

export const confirmationMessage = (): streams.ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID()),
  );

export const caughtUpMessage = (revision: number): streams.ReadResp => {
  const caughtUp = new streams.ReadResp.CaughtUp();
  caughtUp.setTimestamp(timestamp.Timestamp.fromDate(new Date()));
  if (revision >= 0) caughtUp.setStreamRevision(String(revision));
  return new streams.ReadResp().setCaughtUp(caughtUp);
};

/** An error as the server sends it beside a call: a code, and headers that tell the client which of its errors it is. */
export const serviceError = (code: grpc.status, details: string, headers: Readonly<Record<string, string>> = {}) => {
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

export const tombstonedError = (stream: string) =>
  serviceError(grpc.status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const tooLargeError = (limit: number) =>
  serviceError(grpc.status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });

export const wrongVersionError = (stream: string, expected: Expected, current: number) =>
  serviceError(grpc.status.FAILED_PRECONDITION, `Append failed due to WrongExpectedVersion.`, {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(
      typeof expected === 'number' ? expected : { 'no-stream': -1, any: -2, 'stream-exists': -4 }[expected],
    ),
    ...(current >= 0 ? { 'actual-version': String(current) } : {}),
  });

type Done = Extract<Answer, { kind: 'done' }>;
type Wrong = Extract<Answer, { kind: 'wrong-version' }>;

/** The answer of the Append call. */
export const appendMessage = (answer: Done | Wrong): streams.AppendResp => {
  if (answer.kind === 'done') {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(answer.position)).setPreparePosition(String(answer.position));
    const success = new streams.AppendResp.Success().setCurrentRevision(String(answer.revision));
    return new streams.AppendResp().setSuccess(success.setPosition(position));
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (answer.current >= 0) wrong.setCurrentRevision(String(answer.current));
  else wrong.setCurrentNoStream(new shared.Empty());
  if (answer.expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (answer.expected === 'no-stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (answer.expected === 'stream-exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(answer.expected));
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
};

const details = (message: { serializeBinary(): Uint8Array }, name: string): any.Any => {
  const packed = new any.Any();
  packed.pack(message.serializeBinary(), `event_store.client.${name}`);
  return packed;
};

const batchError = (code: grpc.status, text: string, packed: any.Any): streams.BatchAppendResp =>
  new streams.BatchAppendResp().setError(
    new status.Status()
      .setCode(code as number)
      .setMessage(text)
      .setDetails(packed),
  );

export const batchTooLargeMessage = (limit: number): streams.BatchAppendResp =>
  batchError(
    grpc.status.INVALID_ARGUMENT,
    'Maximum Append Size Exceeded',
    details(new shared.MaximumAppendSizeExceeded().setMaxappendsize(limit), 'MaximumAppendSizeExceeded'),
  );

/** The answer for one correlation id of the BatchAppend call. */
export const batchMessage = (stream: string, answer: Answer): streams.BatchAppendResp => {
  if (answer.kind === 'tombstoned') {
    const deleted = new shared.StreamDeleted().setStreamIdentifier(identifier(stream));
    return batchError(grpc.status.NOT_FOUND, 'Stream deleted', details(deleted, 'StreamDeleted'));
  }
  if (answer.kind === 'done') {
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(String(answer.position)).setPreparePosition(String(answer.position));
    const success = new streams.BatchAppendResp.Success().setCurrentRevision(String(answer.revision));
    return new streams.BatchAppendResp().setSuccess(success.setPosition(position));
  }
  const wrong = new shared.WrongExpectedVersion();
  if (answer.current >= 0) wrong.setCurrentStreamRevision(String(answer.current));
  else wrong.setCurrentNoStream(new empty.Empty());
  if (answer.expected === 'any') wrong.setExpectedAny(new empty.Empty());
  else if (answer.expected === 'no-stream') wrong.setExpectedNoStream(new empty.Empty());
  else if (answer.expected === 'stream-exists') wrong.setExpectedStreamExists(new empty.Empty());
  else wrong.setExpectedStreamPosition(String(answer.expected));
  return batchError(grpc.status.ALREADY_EXISTS, 'Wrong expected version', details(wrong, 'WrongExpectedVersion'));
};

/** Says of a batch's answer which batch and stream it is about. */
export const addressed = (
  message: streams.BatchAppendResp,
  correlation: shared.UUID | undefined,
  stream: string,
): streams.BatchAppendResp => message.setCorrelationId(correlation).setStreamIdentifier(identifier(stream));
