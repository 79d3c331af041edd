export { ndjson, packed } from './codec.ts';
export { Columns, columnsOf, cut, type SegmentSize, textOf } from './columns.ts';
export { chainOf, type Packed, type Segment, type SegmentOptions, segment, tailRow, unpack } from './segment.ts';
