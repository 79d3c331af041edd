export type { Ownership, Unexplained } from './accounting.ts';
export {
  type Finding,
  type ImportReport,
  importTrace,
  NotATraceError,
  type TraceImport,
} from './import-trace.ts';
export type { Decompressors } from './syntax/trace-dat/compression.ts';
export { TraceDatError } from './syntax/trace-dat/error.ts';
export { isTraceDat, readTraceDat, type TraceDat } from './syntax/trace-dat/trace-dat.ts';
export { noTopology, parseTopology, type RecordedTopology, TopologyError } from './topology-file.ts';
