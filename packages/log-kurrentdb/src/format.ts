import { createHash } from 'node:crypto';
import { type LogEvent, StoreError, type StreamId } from '@custody/log';
import { cut, type Segment, type SegmentSize, segment, textOf, unpack } from '@custody/segments';
import { binaryEvent, type EventData, jsonEvent } from '@kurrent/kurrentdb-client';

/**
 * What stands beside the data of each event of ours on the server, as JSON.
 *
 * `first` is the position before the first fact in it. `ordinal` counts the stream's server events from the last
 * removal on: the server's revision minus `ordinal` is where the stream begins now.
 */
interface Metadata {
  /** The format of what is written here. */
  readonly custody: 1;
  readonly first: number;
  readonly count: number;
  readonly ordinal: number;
}

/** Of a segment. `types` says how many facts of which type are in it; `chain` is in hexadecimal. */
interface SegmentMetadata extends Metadata {
  readonly earliest: number | null;
  readonly latest: number | null;
  readonly codec: string;
  readonly crc32: number;
  readonly chain: string;
  readonly types: Readonly<Record<string, number>>;
}

/** Of a fact that is an event by itself. `fields` are its fields beside type and data. */
interface PlainMetadata extends Metadata {
  readonly fields?: Readonly<Record<string, unknown>>;
  /** True when the server could not keep the type as it is: then the whole fact is the data. */
  readonly whole?: true;
}

interface RemovedMetadata {
  readonly custody: 1;
  readonly removed: true;
}

/** An event as the client hands it out, of either of its paths. */
export interface Recorded {
  readonly id: string;
  readonly revision: bigint;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: unknown;
  readonly metadata?: unknown;
}

/** Where a stream stands, told by its last server event. */
export interface Place {
  /** How many facts it holds. */
  readonly head: number;
  /** The server's revision; −1 when it has no such stream. */
  readonly revision: number;
  readonly ordinal: number;
  readonly chain: Uint8Array;
}

/** A stream that the server does not have. */
export const nowhere: Place = { head: 0, revision: -1, ordinal: -1, chain: new Uint8Array() };

/** What one append call sends, and where the stream stands when it has succeeded. */
export interface Batch {
  readonly events: readonly EventData[];
  /** As the server will measure it, and a little for the framing. */
  readonly bytes: number;
  readonly after: Place;
}

const format = 1;
const framingBytes = 128;
const segmentType = 'Segment';
const wholeType = 'Fact';
const removedType = 'StreamRemoved';

/** Runs are long, and kept as segments. What else there is, people look at in the server's own pages. */
const isSegmented = (stream: StreamId): boolean => stream.startsWith('run-');

/** The run that a stream, or else an event of the catalogue, is about: the server groups by `$correlationId`. */
const correlation = (stream: StreamId, event?: LogEvent): { readonly $correlationId?: string } => {
  const named = /^(?:run|notes)-(.+)$/.exec(stream)?.[1];
  const data = event?.data as { run?: unknown; header?: { run?: unknown } | null } | null | undefined;
  const run = named ?? data?.run ?? data?.header?.run;
  return typeof run === 'string' ? { $correlationId: run } : {};
};

/**
 * An id made of its parts: a retry sends the same, and so stores nothing twice. `writer` differs for every append, so
 * that two who append the same facts at one revision are told apart.
 */
const idOf = (...parts: readonly (string | number)[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
};

const sizeOf = (event: EventData, data: number): number =>
  data + Buffer.byteLength(JSON.stringify(event.metadata)) + 2 * event.type.length + framingBytes;

/** What one append is of. */
interface Appending {
  readonly events: readonly LogEvent[];
  /** Differs for every append that anybody makes. */
  readonly writer: string;
  readonly size: SegmentSize;
}

/**
 * Copies facts, and packs them for one append call behind wherever the stream stands.
 *
 * @throws TypeError when a fact holds what JSON cannot say.
 */
export const batchesBehind = (stream: StreamId, appending: Appending): ((place: Place) => Batch) =>
  isSegmented(stream) ? segmentsBehind(stream, appending) : plainBehind(stream, appending);

const segmentsBehind = (stream: StreamId, { events, writer, size }: Appending): ((place: Place) => Batch) => {
  const parts = [...cut(events, size)];
  return (place) => {
    const packed: EventData[] = [];
    let { head, ordinal, chain } = place;
    let bytes = 0;
    for (const part of parts) {
      const sealed = segment(stream, head, part, chain, { compressed: true });
      ordinal += 1;
      const metadata = { ...correlation(stream), ...segmentMetadata(sealed, ordinal), types: part.types };
      const id = idOf(writer, stream, head, metadata.chain);
      const event = binaryEvent({ id, type: segmentType, data: sealed.data, metadata });
      packed.push(event);
      bytes += sizeOf(event, sealed.data.length);
      head += part.count;
      chain = sealed.chain;
    }
    return { events: packed, bytes, after: { head, ordinal, chain, revision: place.revision + packed.length } };
  };
};

const segmentMetadata = ({ data: _, chain, ...header }: Segment, ordinal: number): Omit<SegmentMetadata, 'types'> => ({
  custody: format,
  ordinal,
  ...header,
  chain: Buffer.from(chain).toString('hex'),
});

const plainBehind = (stream: StreamId, { events, writer }: Appending): ((place: Place) => Batch) => {
  const texts = events.map(textOf);
  return (place) => {
    let bytes = 0;
    const packed = texts.map((text, index) => {
      const first = place.head + index;
      const event = plainEvent(stream, { text, first, id: idOf(writer, stream, first, text) });
      bytes += sizeOf(event, Buffer.byteLength(text));
      return event;
    });
    const head = place.head + texts.length;
    return {
      events: packed,
      bytes,
      after: { ...place, head, ordinal: head - 1, revision: place.revision + texts.length },
    };
  };
};

const plainEvent = (
  stream: StreamId,
  { text, first, id }: { readonly text: string; readonly first: number; readonly id: string },
): EventData => {
  const event = JSON.parse(text) as LogEvent;
  const { type, data, ...fields } = event;
  const base = { ...correlation(stream, event), custody: format, first, count: 1, ordinal: first };
  // A type that begins with $ is the server's own, and it has none without a name or an event without data.
  if (!/^[^$]/.test(type) || data === undefined) {
    return jsonEvent({ id, type: wholeType, data: { ...event }, metadata: { ...base, whole: true } });
  }
  const metadata = Object.keys(fields).length > 0 ? { ...base, fields } : base;
  return jsonEvent({ id, type, data: data as Record<string, unknown>, metadata });
};

/** What says that the stream begins anew behind it. */
export const removedMark = (stream: StreamId, writer: string): EventData =>
  jsonEvent({
    id: idOf(writer, stream, removedType),
    type: removedType,
    data: {},
    metadata: { ...correlation(stream), custody: format, removed: true },
  });

/** True for an event that this adapter wrote. */
export const isOurs = (event: Recorded): boolean => 'custody' in Object(event.metadata);

/** @throws StoreError when it is not ours, or of a later format. */
const metadataOf = (stream: StreamId, event: Recorded): SegmentMetadata | PlainMetadata | RemovedMetadata => {
  const metadata = event.metadata as Partial<Metadata> | undefined;
  if (metadata?.custody === format) return metadata as PlainMetadata;
  const at = `event ${event.revision} of "${stream}" on the server`;
  if (typeof metadata?.custody === 'number') {
    throw new StoreError(`Cannot read ${at}: it has format ${metadata.custody}, this version knows 1; upgrade custody`);
  }
  throw new StoreError(
    `Cannot read ${at}: another program wrote it; use a prefix, so that custody has its streams for itself`,
  );
};

/** @throws StoreError when it is not ours, or of a later format. */
export const placeAfter = (stream: StreamId, event: Recorded | undefined): Place => {
  if (event === undefined) return nowhere;
  const metadata = metadataOf(stream, event);
  const revision = Number(event.revision);
  if ('removed' in metadata) return { ...nowhere, revision };
  const { first, count, ordinal } = metadata;
  const chain = 'chain' in metadata ? Buffer.from(metadata.chain, 'hex') : nowhere.chain;
  return { head: first + count, revision, ordinal, chain };
};

/** The positions between which a server event's facts lie; an empty stretch for a mark of removal. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** @throws StoreError when it is not ours, or of a later format. */
export const stretchOf = (stream: StreamId, event: Recorded): Stretch => {
  const metadata = metadataOf(stream, event);
  return 'removed' in metadata ? { first: 0, count: 0 } : metadata;
};

/**
 * The facts of a server event from position `from` up to `to`, in order.
 *
 * @throws DamagedStreamError when they are not as they were written.
 * @throws StoreError when it is not ours, or of a later version.
 */
export const factsOf = (stream: StreamId, event: Recorded, from: number, to: number): readonly LogEvent[] => {
  const metadata = metadataOf(stream, event);
  if ('removed' in metadata) return [];
  if ('codec' in metadata) return unpack(stream, { ...metadata, data: event.data as Uint8Array }, from, to);
  if (metadata.first < from || metadata.first >= to) return [];
  if ('whole' in metadata) return [event.data as LogEvent];
  return [{ type: event.type, data: event.data, ...metadata.fields }];
};
