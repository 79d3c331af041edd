/** Explores the reference model once, as the JSON in the first argument says, and prints a `ReferenceRun`. */
import { explore } from '@custody/explore';
import { referenceModel } from './reference-model.ts';
import type { ReferenceRequest, ReferenceRun } from './reference-run.ts';

const { variant, size, expectedStates } = JSON.parse(process.argv[2] ?? '') as ReferenceRequest;
// Its text, as SPIN, calls a deadlock only where nobody can move: not yet where tasks wait for each other in a cycle.
const { waitsFor: _, ...model } = referenceModel(variant, size);
const began = performance.now();
const report = explore(model, [], { maxStates: 2 ** 29, expectedStates });
const seconds = (performance.now() - began) / 1000;

const lengths = [...report.marks.values(), ...(report.deadlock ? [report.deadlock.schedule] : [])].map(
  ({ length }) => length,
);
const run: ReferenceRun = {
  states: report.states,
  transitions: report.transitions,
  complete: report.complete,
  depth: report.depth,
  violations: report.markCount,
  deadlocks: report.standstills,
  shortest: lengths.length === 0 ? null : Math.min(...lengths),
  bytesPerState: report.bytesPerState,
  seconds,
  residentBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(run)}\n`);
