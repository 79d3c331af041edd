import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type ConformRun, runConform } from './conform-run.ts';
import { type Figure, median, plainFigure } from './figures.ts';
import { type ReadRun, runImport } from './import-run.ts';
import { thisMachine } from './machine.ts';
import { count, figureLine, machineLine, whole } from './print.ts';
import { writeTrace } from './trace-text.ts';

interface Options {
  readonly copies: number;
  readonly runs: number;
  readonly json: boolean;
}

interface Round {
  readonly import: ReadRun;
  readonly conform: ConformRun;
  /** A tenth as long. */
  readonly short: ConformRun;
}

const perLine = ({ cpu, lines }: { readonly cpu: number; readonly lines: number }): number => (cpu / lines) * 1e6;

const figuresOf = (rounds: readonly Round[]): readonly Figure[] => [
  {
    id: 'explaining, processor time a line',
    unit: 'µs',
    against: 'the whole import of the same text',
    value: median(rounds.map(({ conform }) => perLine(conform))),
    baseline: median(rounds.map((round) => perLine(round.import))),
    ratio: median(rounds.map(({ conform, import: read }) => perLine(conform) / perLine(read))),
  },
  plainFigure(
    'events a second',
    '',
    rounds.map(({ conform: { events, wall } }) => events / wall),
  ),
  {
    id: 'most memory',
    unit: 'MB',
    against: 'a run a tenth as long',
    value: median(rounds.map(({ conform }) => conform.memory / 1e6)),
    baseline: median(rounds.map(({ short }) => short.memory / 1e6)),
    ratio: median(rounds.map(({ conform, short }) => conform.memory / short.memory)),
  },
];

const megabytesOfRecording = 3.9;

export const registerConform = (program: Command): void => {
  program
    .command('conform')
    .description('explaining a real race of 6.1 by linux-6.1: beside importing the same text')
    .option('--copies <n>', 'how many times the race is gone through', whole, 40)
    .option('--runs <n>', 'how many runs, of which the median counts', whole, 3)
    .option('--json', 'print one JSON document', false)
    .action(({ copies: wanted, runs: many, json }: Options) => {
      const copies = Math.max(10, wanted);
      const runs = Math.max(1, many);
      const folder = mkdtempSync(join(tmpdir(), 'custody-bench-'));
      try {
        const file = join(folder, 'trace.txt');
        writeTrace(file, copies * megabytesOfRecording * 1e6);
        const rounds = Array.from({ length: runs }, () => ({
          import: runImport(file),
          conform: runConform({ copies }),
          short: runConform({ copies: Math.round(copies / 10) }),
        }));
        const machine = thisMachine();
        const figures = figuresOf(rounds);
        const { events = 0, lines = 0, worlds = 0 } = rounds[0]?.conform ?? {};
        const text = [
          `${count(events)} events of ${count(lines)} lines, at most ${worlds} worlds at one time; median of ${runs} runs`,
          machineLine(machine),
          ...figures.map(figureLine),
        ].join('\n');
        const document = { bench: 'conform', runs, events, lines, machine, date: new Date().toISOString(), figures };
        process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
};
