import { type Command, Option } from 'commander';
import { benchKurrent, kurrentName } from './kurrent-bench.ts';
import { logAdapters } from './log-adapters.ts';
import { benchLog, type LogBench } from './log-bench.ts';
import { type Machine, thisMachine } from './machine.ts';
import { count, figureLine, machineLine, whole } from './print.ts';

interface Options {
  readonly adapter?: readonly string[];
  readonly events: number;
  readonly batch: number;
  readonly singles: number;
  readonly runs: number;
  readonly json: boolean;
}

const textOf = ({ events, batch, runs }: Options, machine: Machine, benches: readonly LogBench[]): string =>
  [
    `${count(events)} trace events, ${count(batch)} in an append, beside a plain file; median of ${runs} runs`,
    machineLine(machine),
    ...benches.flatMap(({ adapter, figures }) => [adapter, ...figures.map(figureLine)]),
  ].join('\n');

const jsonOf = ({ events, batch, runs }: Options, machine: Machine, logs: readonly LogBench[]): string =>
  JSON.stringify({ bench: 'log', events, batch, runs, machine, date: new Date().toISOString(), logs }, null, 2);

export const registerLog = (program: Command): void => {
  program
    .command('log')
    .description('every event log: beside the same segments in a plain file; on KurrentDB beside its client')
    .addOption(
      new Option('--adapter <name...>', 'only these').choices([...logAdapters.map(({ name }) => name), kurrentName]),
    )
    .option('--events <n>', 'how many trace events', whole, 1_000_000)
    .option('--batch <n>', 'how many of them in one append, as an import does it', whole, 16_000)
    .option('--singles <n>', 'how many single events are appended, and are read anywhere', whole, 300)
    .option('--runs <n>', 'how many runs, of which the median counts', whole, 5)
    .option('--json', 'print one JSON document', false)
    .action((given: Options) => {
      const atLeastOne = (value: number): number => Math.max(1, value);
      const options: Options = {
        ...given,
        events: Math.max(4, given.events),
        batch: atLeastOne(given.batch),
        singles: atLeastOne(given.singles),
        runs: atLeastOne(given.runs),
      };
      const { events, batch, singles, runs } = options;
      const isWanted = (name: string): boolean => options.adapter?.includes(name) ?? true;
      const benches = [
        ...logAdapters
          .filter(({ name }) => isWanted(name))
          .map(({ name }) => benchLog({ adapter: name, events, batch, singles }, runs)),
        ...(isWanted(kurrentName) ? [benchKurrent({ events, batch, singles }, runs)] : []),
      ];
      const machine = thisMachine();
      process.stdout.write(`${(options.json ? jsonOf : textOf)(options, machine, benches)}\n`);
    });
};
