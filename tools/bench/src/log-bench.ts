import { type Figure, median, plainFigure } from './figures.ts';
import { type Beside, type LogRequest, type LogRun, runLog } from './log-run.ts';

export interface LogBench {
  readonly adapter: string;
  readonly figures: readonly Figure[];
}

/** How many events a second, beside the plain file's: the higher the better. */
const rate = (id: string, events: number, taken: readonly Beside[], against: string): Figure => ({
  id,
  value: median(taken.map(({ log }) => events / log)),
  unit: '1/s',
  baseline: median(taken.map(({ raw }) => events / raw)),
  ratio: median(taken.map(({ log, raw }) => raw / log)),
  against,
});

/** How long one took, beside the plain file's: the lower the better. */
const duration = (id: string, taken: readonly Beside[], against: string): Figure => ({
  id,
  value: median(taken.map(({ log }) => log * 1e6)),
  unit: 'µs',
  baseline: median(taken.map(({ raw }) => raw * 1e6)),
  ratio: median(taken.map(({ log, raw }) => log / raw)),
  against,
});

const sizes = (events: number, runs: readonly LogRun[]): readonly Figure[] =>
  runs.slice(0, 1).flatMap(({ bytes: { log, raw } }) => {
    if (log === null) return [];
    const against = 'plain file';
    return [
      { id: 'bytes per event', value: log / events, unit: 'B', baseline: raw / events, ratio: log / raw, against },
    ];
  });

/** Measures a log `runs` times, each time in a process of its own. */
export const benchLog = (request: LogRequest, runs: number): LogBench => {
  const done = Array.from({ length: runs }, () => runLog(request));
  const of = (what: 'importing' | 'reading' | 'seeking' | 'appending'): readonly Beside[] =>
    done.map((run) => run[what]);
  const { adapter, events } = request;
  const opening = done.flatMap((run) => (run.opening === null ? [] : [run.opening * 1e6]));
  return {
    adapter,
    figures: [
      rate('import, events a second', events, of('importing'), 'plain file'),
      rate('range read, events a second', events / 2, of('reading'), 'plain file'),
      duration('a seek', of('seeking'), 'pread and decode of a segment'),
      rate('appends of one event a second', 1, of('appending'), 'line and fdatasync'),
      ...(opening.length === 0 ? [] : [plainFigure('opening', 'µs', opening)]),
      ...sizes(events, done),
    ],
  };
};
