import protobuf from 'protobufjs/minimal.js';

/** A track's `uuid`: positive, and unique in the file. */
export type Track = number;

/** How a track's children are ordered where they are shown (TrackDescriptor.ChildTracksOrdering). */
export const ordering = { byName: 1, byRank: 3 } as const;

export interface TrackSaid {
  readonly track: Track;
  readonly name: string;
  readonly parent?: Track;
  /** Among siblings whose parent orders its children by rank. */
  readonly rank?: number;
  readonly children?: (typeof ordering)[keyof typeof ordering];
  /** It holds numbers and no slices. */
  readonly counts?: boolean;
}

/** What is told beside a name; strings, numbers and booleans keep their types, null is text. */
export type Annotations = Readonly<Record<string, unknown>>;

export interface EventSaid {
  readonly name: string;
  readonly category: string;
  readonly notes?: Annotations;
  /** A flow that begins here or passes through. */
  readonly flow?: number | undefined;
  /** A flow that ends here. */
  readonly endsFlow?: number | undefined;
}

const varint = 0;
const fixed64 = 1;
const bytes = 2;
const tag = (field: number, wire: number): number => field * 8 + wire;

/**
 * Numbers of fields in protos/perfetto/trace of github.com/google/perfetto: trace.proto, trace_packet.proto and
 * track_event/{track_event,track_descriptor,counter_descriptor,debug_annotation}.proto.
 */
const trace = { packet: 1 };
const tracePacket = { timestamp: 8, sequence: 10, trackEvent: 11, sequenceFlags: 13, trackDescriptor: 60 };
const descriptor = { uuid: 1, name: 2, parent: 5, counter: 8, childOrdering: 11, rank: 12 };
const counterDescriptor = { unit: 3 };
const trackEvent = {
  annotations: 4,
  type: 9,
  track: 11,
  categories: 22,
  name: 23,
  counterValue: 30,
  flows: 47,
  endingFlows: 48,
};
const annotation = { bool: 2, int: 4, string: 6, name: 10 };

const type = { begin: 1, end: 2, instant: 3, counter: 4 } as const;
const incrementalStateCleared = 1;
const unitCount = 2;
/** All packets are of one writer. */
const sequence = 1;

/** Writes packets of Perfetto's TrackEvent kind; times are nanoseconds, and never go back. */
export const packetWriter = () => {
  let writer = protobuf.Writer.create();
  let isFirst = true;

  const packet = (write: () => void): void => {
    writer.uint32(tag(trace.packet, bytes)).fork();
    writer.uint32(tag(tracePacket.sequence, varint)).uint32(sequence);
    if (isFirst) writer.uint32(tag(tracePacket.sequenceFlags, varint)).uint32(incrementalStateCleared);
    isFirst = false;
    write();
    writer.ldelim();
  };

  const annotate = (name: string, value: unknown): void => {
    writer.uint32(tag(trackEvent.annotations, bytes)).fork();
    writer.uint32(tag(annotation.name, bytes)).string(name);
    if (typeof value === 'boolean') writer.uint32(tag(annotation.bool, varint)).bool(value);
    else if (Number.isSafeInteger(value)) writer.uint32(tag(annotation.int, varint)).int64(value as number);
    else writer.uint32(tag(annotation.string, bytes)).string(String(value));
    writer.ldelim();
  };

  const event = (kind: keyof typeof type, track: Track, at: number, write: () => void = () => {}): void =>
    packet(() => {
      writer.uint32(tag(tracePacket.timestamp, varint)).uint64(at);
      writer.uint32(tag(tracePacket.trackEvent, bytes)).fork();
      writer.uint32(tag(trackEvent.type, varint)).int32(type[kind]);
      writer.uint32(tag(trackEvent.track, varint)).uint64(track);
      write();
      writer.ldelim();
    });

  const named = ({ name, category, notes = {}, flow, endsFlow }: EventSaid): void => {
    writer.uint32(tag(trackEvent.categories, bytes)).string(category);
    writer.uint32(tag(trackEvent.name, bytes)).string(name);
    if (flow !== undefined) writer.uint32(tag(trackEvent.flows, fixed64)).fixed64(flow);
    if (endsFlow !== undefined) writer.uint32(tag(trackEvent.endingFlows, fixed64)).fixed64(endsFlow);
    for (const [word, value] of Object.entries(notes)) if (value !== undefined) annotate(word, value);
  };

  return {
    track: ({ track, name, parent, rank, children, counts }: TrackSaid): void =>
      packet(() => {
        writer.uint32(tag(tracePacket.trackDescriptor, bytes)).fork();
        writer.uint32(tag(descriptor.uuid, varint)).uint64(track);
        writer.uint32(tag(descriptor.name, bytes)).string(name);
        if (parent !== undefined) writer.uint32(tag(descriptor.parent, varint)).uint64(parent);
        if (counts) {
          writer.uint32(tag(descriptor.counter, bytes)).fork();
          writer.uint32(tag(counterDescriptor.unit, varint)).int32(unitCount).ldelim();
        }
        if (children !== undefined) writer.uint32(tag(descriptor.childOrdering, varint)).int32(children);
        if (rank !== undefined) writer.uint32(tag(descriptor.rank, varint)).int32(rank);
        writer.ldelim();
      }),
    begin: (track: Track, at: number, said: EventSaid): void => event('begin', track, at, () => named(said)),
    /** Ends the slice of the track that began last. */
    end: (track: Track, at: number, notes: Annotations = {}): void =>
      event('end', track, at, () => {
        for (const [word, value] of Object.entries(notes)) if (value !== undefined) annotate(word, value);
      }),
    instant: (track: Track, at: number, said: EventSaid): void => event('instant', track, at, () => named(said)),
    count: (track: Track, at: number, value: number): void =>
      event('counter', track, at, () => {
        writer.uint32(tag(trackEvent.counterValue, varint)).int64(value);
      }),
    /** The packets since the last call: pieces of a trace one after the other are that trace. */
    take: (): Uint8Array => {
      const piece = writer.finish();
      writer = protobuf.Writer.create();
      return piece;
    },
  };
};

export type PacketWriter = ReturnType<typeof packetWriter>;
