import type { Kernel, OpTally, ProbeVerdict } from '@custody/guest';
import { type GuestRecording, type ImportedRun, RequestError } from '@custody/workbench';
import { fetchedKernel, ownKernelOf } from '../guest-kernels.ts';
import { importLines } from '../imported-text.ts';
import { exit, many, type Printer } from '../print.ts';
import { addMachineOptions, type MachineOptions } from '../record-options.ts';
import { type Register, run, wholeNumber } from '../register.ts';
import { type StartedGuest, withGuest } from '../start-guest.ts';

interface RecordOptions extends MachineOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly loops?: number;
  readonly repeat: number;
  readonly title?: string;
}

/** What a recording came to. */
interface Recorded extends ImportedRun {
  readonly scenario: string;
  readonly seed: number;
  readonly accelerator: string;
  /** What the scenario's threads counted. */
  readonly tallies: readonly OpTally[];
  /** From the start of QEMU until all probes were set. */
  readonly bootSeconds: number;
  /** From the scenario's beginning, or the restoring of the machine, until the run was closed. */
  readonly runSeconds: number;
  /** Both together; of a repetition, `runSeconds`. */
  readonly wallSeconds: number;
}

type Guest = GuestRecording['guest'];

const namesWith = (probes: readonly ProbeVerdict[], wanted: ProbeVerdict['outcome']): string[] =>
  probes.filter(({ outcome }) => outcome === wanted).map(({ name }) => name);

const probesOf = (probes: readonly ProbeVerdict[]): Guest['probes'] => ({
  ok: namesWith(probes, 'ok'),
  absent: namesWith(probes, 'absent'),
  skipped: namesWith(probes, 'skip'),
  rejected: Object.fromEntries(
    probes.filter(({ outcome }) => outcome === 'reject').map(({ name, reason }) => [name, reason]),
  ),
});

const kernelOf = ({ name, release, sha256, package: from, version }: Kernel): Guest['kernel'] => ({
  name,
  release,
  sha256,
  ...(from !== undefined && { package: from }),
  ...(version !== undefined && { version }),
});

/** The words `KERNEL SCENARIO`, or, with `--kernel`, `SCENARIO`. */
const asked = async (words: readonly string[], options: RecordOptions) => {
  const own = await ownKernelOf(options);
  const [first = '', second, ...more] = words;
  if (more.length > 0 || (own === undefined ? second === undefined : second !== undefined)) {
    throw new RequestError(
      own === undefined
        ? 'Cannot record: give a kernel and a scenario, such as: custody record 6.1 race'
        : 'Cannot record: with --kernel give a scenario only',
    );
  }
  if (own !== undefined) return { kernel: own, scenario: first };
  return { kernel: await fetchedKernel(first, options), scenario: second ?? '' };
};

const progressOf = (print: Printer, name: string) => {
  let told = performance.now();
  return (events: number): void => {
    if (performance.now() - told < 1000) return;
    told = performance.now();
    print.progress(`${name}: ${many(events, 'event')} so far`);
  };
};

const secondsSince = (since: number): number => Number(((performance.now() - since) / 1000).toFixed(1));

/** `race`, `my-race` of `dir/my-race.txt`. */
const scenarioName = (word: string): string => word.slice(word.lastIndexOf('/') + 1).replace(/\.\w+$/, '');

const lines = (recorded: Recorded): string[] => [
  ...importLines(recorded, recorded.title),
  `  seed ${recorded.seed}, ${recorded.accelerator}: all probes were set after ${recorded.bootSeconds.toFixed(1)} s, ` +
    `and then it took ${recorded.runSeconds.toFixed(1)} s`,
];

export const registerRecord: Register = (program) => {
  const command = program
    .command('record')
    .argument('<words...>', 'a kernel (guest list tells which) and a scenario; with --kernel only the scenario')
    .description('boot a real kernel in QEMU, set its probes, run a scenario and record it; exits 3 when incomplete')
    .option('--seed <number>', 'of the scenario’s dice; each repetition has the next', wholeNumber, 1)
    .option('--seconds <number>', 'how long what has no end of its own goes on', wholeNumber, 8)
    .option('--loops <count>', 'how often a thread may go around at most', wholeNumber)
    .option('--repeat <runs>', 'so many runs from one boot: each begins where all probes were set', wholeNumber, 1)
    .option('--title <title>', 'what to call the run (default: kernel, scenario and a part of its id)')
    .addHelpText(
      'after',
      '\nA scenario is basic, race, stress, type, bridge, bugon, lost, leak, or a file of your own: docs/guest.md.',
    );
  addMachineOptions(command).action(
    run(async ({ print, desk }, options: RecordOptions, words: readonly string[]) => {
      const { kernel, scenario } = await asked(words, options);
      const runs = await withGuest(print, { kernel, scenario, options }, (started) =>
        desk((workbench) =>
          recordAll(print, (recording, progress) => workbench.record(recording, progress), {
            started,
            kernel,
            scenario: scenarioName(scenario),
            options,
          }),
        ),
      );
      return print.answer({
        json: { ...runs[0], runs },
        text: runs.flatMap(lines),
        code: runs.every(({ complete }) => complete) ? exit.yes : exit.inconclusive,
      });
    }),
  );
};

interface Plan {
  readonly started: StartedGuest;
  readonly kernel: Kernel;
  readonly scenario: string;
  readonly options: RecordOptions;
}

type RecordVerb = (recording: GuestRecording, progress: (events: number) => void) => Promise<ImportedRun>;

const recordAll = async (print: Printer, record: RecordVerb, plan: Plan): Promise<readonly Recorded[]> => {
  const { started, kernel, scenario, options } = plan;
  const { guest, topology, stop } = started;
  const { seconds, loops, repeat } = options;
  if (repeat > 1) await guest.save();
  const runs: Recorded[] = [];
  for (let round = 0; round < repeat && !stop.aborted; round += 1) {
    const seed = options.seed + round;
    const since = performance.now();
    print.progress(`${kernel.name}: ${scenario} with seed ${seed}`);
    const { trace, tallies } = await guest.run({ seed, seconds, loops });
    const about: Guest = {
      kernel: kernelOf(kernel),
      scenario,
      seed,
      seconds,
      ...(loops !== undefined && { loops }),
      topology,
      accelerator: guest.accelerator,
      qemu: guest.words,
      probes: probesOf(guest.probes),
    };
    const title = options.title === undefined || repeat === 1 ? options.title : `${options.title}-${seed}`;
    const imported = await record(
      { guest: about, title, topology: guest.topology, trace },
      progressOf(print, kernel.name),
    );
    const { bootSeconds, accelerator } = guest;
    const runSeconds = secondsSince(since);
    const wallSeconds = repeat > 1 ? runSeconds : runSeconds + bootSeconds;
    runs.push({ ...imported, scenario, seed, accelerator, tallies, bootSeconds, runSeconds, wallSeconds });
  }
  return runs;
};
