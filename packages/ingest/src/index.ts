export type { Ownership, Unexplained } from './accounting.ts';
export type { Beside, Finding } from './findings.ts';
export {
  type ImportOptions,
  type ImportReport,
  importLive,
  importTrace,
  type LiveTrace,
  type RecordingEnd,
  type TraceImport,
} from './import-trace.ts';
export type { LockTally, Times } from './lock-times.ts';
export type { KernelLine } from './mapping/kernel-line.ts';
export { kernelLines, lineFor } from './mapping/lines.ts';
export { MappingError, type MappingFile, parseMappingFile } from './mapping/mapping-file.ts';
export { probeLines } from './mapping/probe-line.ts';
export type { ProbeRow } from './mapping/row.ts';
export { NotATraceError } from './not-a-trace-error.ts';
export type { TraceSource } from './open-trace.ts';
export { TextReader } from './syntax/text-reader.ts';
export type { Decompressors } from './syntax/trace-dat/compression.ts';
export { TraceDatError } from './syntax/trace-dat/error.ts';
export { isTraceDat, readTraceDat, type TraceDat } from './syntax/trace-dat/trace-dat.ts';
export { noTopology, parseTopology, type RecordedTopology, TopologyError } from './topology-file.ts';
export { type FamilyOfTrace, type ProbeToAdd, type TraceShows, traceShows } from './trace-shows.ts';
