import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { benchDat, benchImport, type ImportBench } from './import-bench.ts';
import { type Machine, thisMachine } from './machine.ts';
import { count, figureLine, machineLine, whole } from './print.ts';

interface Options {
  readonly mb: number;
  readonly dat?: string;
  readonly runs: number;
  readonly json: boolean;
}

const textOf = ({ runs }: Options, machine: Machine, { bytes, lines, figures }: ImportBench): string =>
  [
    `a trace of ${count(Math.round(bytes / 1e6))} MB in ${count(lines)} lines, beside wc -l and readline; median of ${runs} runs`,
    machineLine(machine),
    ...figures.map(figureLine),
  ].join('\n');

const jsonOf = ({ runs }: Options, machine: Machine, bench: ImportBench): string =>
  JSON.stringify({ bench: 'import', runs, machine, date: new Date().toISOString(), ...bench }, null, 2);

const largestDat = (): string => {
  const shared = '../shared/traces/6.12-race/trace.dat';
  return existsSync(shared) ? shared : 'fixtures/lab-robin-leak/trace.dat';
};

export const registerImport = (program: Command): void => {
  program
    .command('import')
    .description('reading a trace of text: beside wc -l, and beside readline and a pattern; and the whole import')
    .option('--mb <n>', 'how large a trace, made of the lines of a real one', whole, 200)
    .option('--dat <file>', 'the trace.dat to read (default: that of ../shared/traces/6.12-race, else of fixtures)')
    .option('--runs <n>', 'how many runs, of which the median counts', whole, 3)
    .option('--json', 'print one JSON document', false)
    .action((given: Options) => {
      const options: Options = { ...given, mb: Math.max(1, given.mb), runs: Math.max(1, given.runs) };
      const text = benchImport(options.mb, options.runs);
      const bench = { ...text, figures: [...text.figures, ...benchDat(options.dat ?? largestDat(), options.runs)] };
      process.stdout.write(`${(options.json ? jsonOf : textOf)(options, thisMachine(), bench)}\n`);
    });
};
