/** Explores the reference model once, as the JSON in the first argument says, and prints a `ReferenceRun`. */
import { allReductions, explore, exploringInShards, noReduction, type Report } from '@custody/explore';
import { openThreads } from '@custody/explore-threads';
import { measuredModel, type ReferenceRequest, type ReferenceRun } from './reference-run.ts';

const request = JSON.parse(process.argv[2] ?? '') as ReferenceRequest;
const bounds = { maxStates: 2 ** 29, expectedStates: request.expectedStates };

const inThreads = async (): Promise<Report> => {
  const threads = openThreads(new URL('reference-worker.ts', import.meta.url), request, request.workers);
  try {
    const search = exploringInShards(measuredModel(request), threads.ports, bounds);
    for (;;) {
      const step = await search.next();
      if (step.done === true) return step.value;
    }
  } finally {
    await threads.close();
  }
};

const began = performance.now();
const reduction = request.isReduced ? allReductions : noReduction;
const report = request.workers > 1 ? await inThreads() : explore(measuredModel(request), [], { ...bounds, reduction });
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
