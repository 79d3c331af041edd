export { ndjson, packed } from './codec.ts';
export { cut, type Line, lineOf, type SegmentSize } from './line.ts';
export { chainOf, type Packed, type Segment, type SegmentOptions, segment, tailRow, unpack } from './segment.ts';
