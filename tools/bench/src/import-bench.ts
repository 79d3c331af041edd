import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, median, plainFigure } from './figures.ts';
import { type ReadRun, runImport, runRead, runTraceCmd, runWc } from './import-run.ts';
import { writeTrace } from './trace-text.ts';

export interface ImportBench {
  /** Of the file that was read. */
  readonly bytes: number;
  readonly lines: number;
  readonly figures: readonly Figure[];
}

/** One after the other, so that each finds the machine as the others do. */
interface Round {
  readonly wc: number;
  readonly scan: ReadRun;
  readonly patterns: ReadRun;
  readonly whole: ReadRun;
}

const roundOf = (file: string): Round => {
  const round = {
    wc: runWc(file),
    scan: runRead({ how: 'scan', file }),
    patterns: runRead({ how: 'patterns', file }),
    whole: runImport(file),
  };
  const counts = [round.scan.lines, round.patterns.lines, round.whole.lines];
  if (new Set(counts).size > 1) throw new Error(`Cannot compare as they read ${counts.join(', ')} lines`);
  return round;
};

const figuresOf = (bytes: number, rounds: readonly Round[]): readonly Figure[] => {
  const of = (value: (round: Round) => number): number => median(rounds.map(value));
  const megabytes = bytes / 1e6;
  return [
    {
      id: 'scan, processor time',
      value: of(({ scan }) => scan.cpu),
      unit: 's',
      baseline: of(({ wc }) => wc),
      ratio: of(({ scan, wc }) => scan.cpu / wc),
      against: 'wc -l',
    },
    {
      id: 'scan, MB a second of processor time',
      value: of(({ scan }) => megabytes / scan.cpu),
      unit: 'MB/s',
      baseline: of(({ patterns }) => megabytes / patterns.cpu),
      ratio: of(({ scan, patterns }) => patterns.cpu / scan.cpu),
      against: 'readline and a pattern',
    },
    plainFigure(
      'scan, most memory',
      'MB',
      rounds.map(({ scan }) => scan.memory / 1e6),
    ),
    plainFigure(
      'whole import, MB a second',
      'MB/s',
      rounds.map(({ whole }) => megabytes / whole.wall),
    ),
    plainFigure(
      'whole import, lines a second',
      '',
      rounds.map(({ whole }) => whole.lines / whole.wall),
    ),
    plainFigure(
      'whole import, most memory',
      'MB',
      rounds.map(({ whole }) => whole.memory / 1e6),
    ),
  ];
};

/** A trace.dat read with all texts, beside trace-cmd report on it; no figure where that is not installed. */
export const benchDat = (file: string, runs: number): readonly Figure[] => {
  const pairs = Array.from({ length: runs }, () => ({
    ours: runRead({ how: 'dat', file }),
    theirs: runTraceCmd(file),
  }));
  const times = pairs.flatMap(({ ours, theirs }) => (theirs === null ? [] : [{ ours: ours.cpu, theirs }]));
  if (times.length === 0) return [];
  return [
    {
      id: `trace.dat of ${pairs[0]?.ours.lines ?? 0} events`,
      value: median(times.map(({ ours }) => ours)),
      unit: 's',
      baseline: median(times.map(({ theirs }) => theirs)),
      ratio: median(times.map(({ ours, theirs }) => ours / theirs)),
      against: 'trace-cmd report',
    },
  ];
};

/** Measures the reading of a text of `megabytes`, `runs` times, each time and way in a process of its own. */
export const benchImport = (megabytes: number, runs: number): ImportBench => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-bench-'));
  try {
    const file = join(folder, 'trace.txt');
    const bytes = writeTrace(file, megabytes * 1e6);
    const rounds = Array.from({ length: runs }, () => roundOf(file));
    return { bytes, lines: rounds[0]?.scan.lines ?? 0, figures: figuresOf(bytes, rounds) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
