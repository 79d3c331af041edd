export type { Ownership, Unexplained } from './accounting.ts';
export {
  type Finding,
  type ImportReport,
  importTrace,
  NotATraceError,
  type TraceImport,
  type TraceSource,
} from './import-trace.ts';
export { TextReader } from './syntax/text-reader.ts';
export { noTopology, parseTopology, type RecordedTopology, TopologyError } from './topology-file.ts';
