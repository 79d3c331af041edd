import type { Command } from 'commander';
import { type DiffCase, type DiffRun, diffCases, runDiff } from './diff-run.ts';
import { type Figure, median, plainFigure } from './figures.ts';
import { thisMachine } from './machine.ts';
import { count, figureLine, machineLine, whole } from './print.ts';

interface Options {
  readonly keys: number;
  readonly runs: number;
  readonly minimal: boolean;
  readonly json: boolean;
}

const ratioOf = (id: string, unit: string, against: string, pairs: readonly (readonly [number, number])[]): Figure => ({
  id,
  unit,
  against,
  value: median(pairs.map(([ours]) => ours)),
  baseline: median(pairs.map(([, theirs]) => theirs)),
  ratio: median(pairs.map(([ours, theirs]) => ours / theirs)),
});

const figuresOf = (runs: readonly DiffRun[]): readonly Figure[] => {
  const [{ least = null } = {}] = runs;
  return [
    ratioOf(
      'alignment, CPU',
      'ms',
      'diff -H',
      runs.map(({ ours, gnu }) => [ours.cpu, gnu.cpu]),
    ),
    ratioOf(
      'edits',
      '',
      'diff -H',
      runs.map(({ ours, gnu }) => [ours.edits, gnu.edits]),
    ),
    ...(least === null
      ? []
      : [
          ratioOf(
            'edits, beside the fewest',
            '',
            'diff -d',
            runs.map(({ ours }) => [ours.edits, least]),
          ),
        ]),
    plainFigure(
      'resident memory',
      'MB',
      runs.map(({ bytes }) => bytes / 1e6),
    ),
  ];
};

export const registerDiff = (program: Command): void => {
  program
    .command('diff')
    .description('the alignment of two long runs: beside GNU diff on the same keys')
    .option('--keys <n>', 'how many keys on the left', whole, 1_000_000)
    .option('--runs <n>', 'how many runs, of which the median counts', whole, 3)
    .option('--no-minimal', 'do not ask diff -d for the fewest edits: it may take minutes')
    .option('--json', 'print one JSON document', false)
    .action(({ keys, runs, minimal, json }: Options) => {
      const machine = thisMachine();
      const cases = diffCases.map((of: DiffCase) => ({
        of,
        figures: figuresOf(
          Array.from({ length: Math.max(1, runs) }, (_, run) =>
            runDiff({ of, keys: Math.max(1000, keys), minimal: minimal && run === 0 }),
          ),
        ),
      }));
      const text = [
        `${count(keys)} keys beside as many, median of ${runs} runs`,
        machineLine(machine),
        ...cases.flatMap(({ of, figures }) => [of, ...figures.map(figureLine)]),
      ].join('\n');
      const document = { bench: 'diff', keys, runs, machine, date: new Date().toISOString(), cases };
      process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`);
    });
};
