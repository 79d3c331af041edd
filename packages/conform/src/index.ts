export { type Conformance, type ConformingRun, type ConformOptions, conform } from './conform.ts';
