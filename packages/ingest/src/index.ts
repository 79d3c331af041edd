export type { Ownership, Unexplained } from './accounting.ts';
export {
  type Finding,
  type ImportReport,
  importTrace,
  type TraceImport,
} from './import-trace.ts';
export { NotATraceError } from './not-a-trace-error.ts';
export { noTopology, parseTopology, type RecordedTopology, TopologyError } from './topology-file.ts';
