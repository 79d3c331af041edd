import type { Command } from 'commander';
import { type Machine, thisMachine } from './machine.ts';
import { count, figureLine, machineLine, whole } from './print.ts';
import { benchTui, type TuiBench } from './tui-bench.ts';

interface Options {
  readonly events: number;
  readonly runs: number;
  readonly places: number;
  readonly json: boolean;
}

const textOf = ({ events, figures }: TuiBench, machine: Machine): string =>
  [
    `the replay of a stored run of ${count(events)} events, at 80x24 in colour, through a pseudo-terminal`,
    machineLine(machine),
    ...figures.map(figureLine),
  ].join('\n');

export const registerTui = (program: Command): void => {
  program
    .command('tui')
    .description('the screen: first frame, key to frame, bytes for a key, memory; needs script(1) and npm run build')
    .option('--events <n>', 'about how many events the run has', whole, 1_000_000)
    .option('--runs <n>', 'how often the first frame is drawn; the median counts', whole, 9)
    .option('--places <n>', 'at how many places of the run keys are pressed', whole, 40)
    .option('--json', 'print one JSON document', false)
    .action(async ({ events, runs, places, json }: Options) => {
      const bench = await benchTui(events, Math.max(1, runs), Math.max(1, places));
      const machine = thisMachine();
      const date = new Date().toISOString();
      const text = json ? JSON.stringify({ bench: 'tui', machine, date, ...bench }, null, 2) : textOf(bench, machine);
      process.stdout.write(`${text}\n`);
    });
};
