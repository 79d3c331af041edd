import { type Figure, median, plainFigure } from './figures.ts';
import { type KurrentRequest, type KurrentRun, runKurrent } from './kurrent-run.ts';
import type { LogBench } from './log-bench.ts';

/** As an adapter is called that is measured beside its client, not beside a file. */
export const kurrentName = 'kurrentdb';

/** Measures the log on the double of a server, over the loopback, `runs` times, each in processes of their own. */
export const benchKurrent = (request: Omit<KurrentRequest, 'plain'>, runs: number): LogBench => {
  const { events } = request;
  const plain = Math.min(events, 100_000);
  const done = Array.from({ length: runs }, () => runKurrent({ ...request, plain }));
  const rate = (id: string, of: 'importing' | 'reading'): Figure => {
    const ours = (taken: KurrentRun): number => events / taken[of].log;
    const theirs = (taken: KurrentRun): number => plain / taken[of].plain;
    return {
      id,
      value: median(done.map(ours)),
      unit: '1/s',
      baseline: median(done.map(theirs)),
      ratio: median(done.map((taken) => ours(taken) / theirs(taken))),
      against: 'one server event per fact',
    };
  };
  const waits = done.flatMap(({ following }) => following);
  const slowest = waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.95)] ?? 0;
  return {
    adapter: `${kurrentName}, on a double of the server`,
    figures: [
      rate('import, events a second', 'importing'),
      rate('range read, events a second', 'reading'),
      plainFigure('follow, from the call of append', 'ms', waits),
      plainFigure('follow, 95 of 100 within', 'ms', [slowest]),
    ],
  };
};
