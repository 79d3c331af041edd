import type { Command } from 'commander';
import { type AnnotationsRun, runAnnotations } from './annotations-run.ts';
import { type Figure, median, plainFigure } from './figures.ts';
import { thisMachine } from './machine.ts';
import { count, figureLine, machineLine, whole } from './print.ts';

interface Options {
  readonly notes: number;
  readonly runs: number;
  readonly json: boolean;
}

/** Beside a bare Y.Doc that holds the same values in one map, in the same process. */
const besideFlat = (
  id: string,
  unit: string,
  pairs: readonly { readonly ours: number; readonly flat: number }[],
): Figure => ({
  id,
  unit,
  against: 'bare Y.Doc',
  value: median(pairs.map(({ ours }) => ours)),
  baseline: median(pairs.map(({ flat }) => flat)),
  ratio: median(pairs.map(({ ours, flat }) => ours / flat)),
});

/** Beside what was asked for (issue 8). */
const besideAsked = (id: string, unit: string, asked: number, values: readonly number[]): Figure => {
  const value = median(values);
  return { id, unit, against: 'asked', value, baseline: asked, ratio: value / asked };
};

const figuresOf = (runs: readonly AnnotationsRun[], notes: number): readonly Figure[] => [
  besideAsked(
    'document, per note',
    'bytes',
    180,
    runs.map(({ bytes }) => bytes.ours / notes),
  ),
  besideFlat(
    'document',
    'bytes',
    runs.map(({ bytes }) => bytes),
  ),
  besideFlat(
    'load',
    'ms CPU',
    runs.map(({ load }) => load),
  ),
  besideFlat(
    'load and list',
    'ms CPU',
    runs.map(({ list }) => list),
  ),
  besideAsked(
    'first edit of a body, largest',
    'bytes',
    150,
    runs.map(({ edits }) => Math.max(...edits.first)),
  ),
  besideAsked(
    'later edit of a body, largest',
    'bytes',
    150,
    runs.map(({ edits }) => Math.max(...edits.later)),
  ),
  besideAsked(
    'edit of 1,300 characters, largest',
    'bytes',
    150,
    runs.map(({ edits }) => Math.max(...edits.long)),
  ),
  besideAsked(
    'state at a revision, slowest',
    'ms CPU',
    100,
    runs.map(({ stateAt }) => stateAt.slowest),
  ),
  plainFigure(
    'state at a revision, median',
    'ms CPU',
    runs.map(({ stateAt }) => stateAt.median),
  ),
  plainFigure(
    'stored, with snapshots, per note',
    'bytes',
    runs.map(({ stored }) => stored / notes),
  ),
];

export const registerAnnotations = (program: Command): void => {
  program
    .command('annotations')
    .description('a document of many notes: its size, opening it, editing it, going back in it')
    .option('--notes <n>', 'how many notes', whole, 10_000)
    .option('--runs <n>', 'how many runs, of which the median counts', whole, 3)
    .option('--json', 'print one JSON document', false)
    .action(({ notes, runs, json }: Options) => {
      const machine = thisMachine();
      const figures = figuresOf(
        Array.from({ length: Math.max(1, runs) }, () => runAnnotations({ notes })),
        notes,
      );
      const text = [`${count(notes)} notes, median of ${runs} runs`, machineLine(machine), ...figures.map(figureLine)];
      const document = { bench: 'annotations', notes, runs, machine, date: new Date().toISOString(), figures };
      process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text.join('\n')}\n`);
    });
};
