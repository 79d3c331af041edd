import protobuf from 'protobufjs';

/**
 * What this package writes of Perfetto's format, declared anew for the tests from the public .proto files of
 * github.com/google/perfetto (protos/perfetto/trace, read 2026-11-26: track_event.proto at 005055c9,
 * track_descriptor.proto at 077b18e7, debug_annotation.proto at 0c460ef3, counter_descriptor.proto at 9b959b7c).
 * What is not here, a test takes for a mistake.
 */
const definition = `
  syntax = "proto2";
  message Trace { repeated TracePacket packet = 1; }
  message TracePacket {
    optional uint64 timestamp = 8;
    optional uint32 trusted_packet_sequence_id = 10;
    optional TrackEvent track_event = 11;
    optional uint32 sequence_flags = 13;
    optional TrackDescriptor track_descriptor = 60;
  }
  message TrackEvent {
    enum Type { TYPE_UNSPECIFIED = 0; TYPE_SLICE_BEGIN = 1; TYPE_SLICE_END = 2; TYPE_INSTANT = 3; TYPE_COUNTER = 4; }
    repeated DebugAnnotation debug_annotations = 4;
    optional Type type = 9;
    optional uint64 track_uuid = 11;
    repeated string categories = 22;
    optional string name = 23;
    optional int64 counter_value = 30;
    repeated fixed64 flow_ids = 47 [packed = false];
    repeated fixed64 terminating_flow_ids = 48 [packed = false];
  }
  message TrackDescriptor {
    enum ChildTracksOrdering { UNKNOWN = 0; LEXICOGRAPHIC = 1; CHRONOLOGICAL = 2; EXPLICIT = 3; }
    optional uint64 uuid = 1;
    optional string name = 2;
    optional uint64 parent_uuid = 5;
    optional CounterDescriptor counter = 8;
    optional ChildTracksOrdering child_ordering = 11;
    optional int32 sibling_order_rank = 12;
  }
  message CounterDescriptor {
    enum Unit { UNIT_UNSPECIFIED = 0; UNIT_TIME_NS = 1; UNIT_COUNT = 2; UNIT_SIZE_BYTES = 3; }
    optional Unit unit = 3;
  }
  message DebugAnnotation {
    optional bool bool_value = 2;
    optional int64 int_value = 4;
    optional string string_value = 6;
    optional string name = 10;
  }
`;

const traceType = protobuf.parse(definition, { keepCase: false }).root.lookupType('Trace');

interface Described {
  readonly uuid: number;
  readonly name: string;
  readonly parentUuid?: number;
  readonly counter?: { readonly unit: string };
  readonly childOrdering?: string;
  readonly siblingOrderRank?: number;
}

interface Annotation {
  readonly name: string;
  readonly boolValue?: boolean;
  readonly intValue?: number;
  readonly stringValue?: string;
}

interface Event {
  readonly type: 'TYPE_SLICE_BEGIN' | 'TYPE_SLICE_END' | 'TYPE_INSTANT' | 'TYPE_COUNTER';
  readonly trackUuid: number;
  readonly name?: string;
  readonly categories?: readonly string[];
  readonly counterValue?: number;
  readonly flowIds?: readonly number[];
  readonly terminatingFlowIds?: readonly number[];
  readonly debugAnnotations?: readonly Annotation[];
}

export interface Packet {
  readonly timestamp?: number;
  readonly trustedPacketSequenceId: number;
  readonly sequenceFlags?: number;
  readonly trackDescriptor?: Described;
  readonly trackEvent?: Event;
}

/**
 * The packets of a trace.
 *
 * @throws Error when a byte of it is none of the fields above, in the wire type that they have.
 */
export const packetsOf = (bytes: Uint8Array): readonly Packet[] => {
  const message = traceType.decode(bytes);
  const problem = traceType.verify(message);
  if (problem !== null) throw new Error(`Not a trace: ${problem}`);
  // What is not declared is left out when it is decoded, and so is missing when it is written again.
  const again = traceType.encode(message).finish().length;
  if (again !== bytes.length) throw new Error(`Not a trace: ${bytes.length - again} bytes are of no known field`);
  return (traceType.toObject(message, { longs: Number, enums: String }) as { packet?: readonly Packet[] }).packet ?? [];
};
