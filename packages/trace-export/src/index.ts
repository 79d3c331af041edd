export type { Exported } from './exported.ts';
export { factProblem } from './ftrace/fact-fields.ts';
export { ftraceReader, looksLikeFtraceExport, readFtraceHead, type Wholeness } from './ftrace/read-ftrace.ts';
export { writeFtrace } from './ftrace/write-ftrace.ts';
