import { cachedKernel, missingTools } from '@custody/guest';
import { RequestError, type TraceShows, whatRecordingShows } from '@custody/workbench';
import { besideOf, mappingFrom } from '../beside.ts';
import { readIncoming } from '../files.ts';
import { cacheFolder, pinnedKernels } from '../guest-kernels.ts';
import { type ExitCode, exit } from '../print.ts';
import { type Register, run } from '../register.ts';
import { healthHint, healthLines, type StoreHealth, storeHealth } from '../store-check.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly hint: string;
  /** One can do without: it does not change the exit code. */
  readonly optional?: true;
}

const nodeCheck = (): Check => {
  const ok = Number(process.versions.node.split('.')[0]) >= 22;
  return {
    name: `Node ${process.versions.node}`,
    ok,
    hint: ok ? '' : 'needs 22 or newer; run npm ci, then npx custody',
  };
};

const storeCheck = (store: string, health: StoreHealth): Check => ({
  name: `store ${store}`,
  ok: health.verdict === 'sound' || health.verdict === 'absent',
  hint: healthHint(health),
});

const terminalCheck = (): Check => {
  const { isTTY, columns = 0, rows = 0 } = process.stdout;
  if (!isTTY || !process.stdin.isTTY) {
    return { name: 'terminal', ok: true, hint: 'none here: replay prints what state prints' };
  }
  const ok = columns >= 80 && rows >= 24;
  return { name: `terminal ${columns}×${rows}`, ok, hint: ok ? '' : 'replay needs 80×24: make the window larger' };
};

const recordingCheck = async (): Promise<Check> => {
  const { what, install } = missingTools();
  const about = { name: 'recording guests', optional: true } as const;
  if (what.length > 0) return { ...about, ok: false, hint: `there is no ${what.join(', no ')}; run: ${install}` };
  const cache = cacheFolder({});
  const pins = await pinnedKernels({});
  const fetched = await Promise.all(pins.map((pin) => cachedKernel(cache, pin)));
  const names = fetched.flatMap((kernel) => kernel?.name ?? []);
  return {
    ...about,
    ok: true,
    hint: names.length > 0 ? `kernels ${names.join(', ')}` : 'no kernel of Debian is here yet: custody guest fetch 6.1',
  };
};

/** Damage is the answer no; whatever else is not right is trouble. */
const codeOf = (checks: readonly Check[], { verdict }: StoreHealth): ExitCode => {
  if (verdict === 'damaged') return exit.no;
  return checks.every(({ ok, optional }) => ok || optional) ? exit.yes : exit.trouble;
};

const signs = { yes: 'yes   ', partly: 'partly', no: 'NO    ', absent: '-     ' } as const;

type ProbeToAdd = TraceShows['families'][number]['missing'][number];

/** A line for tracefs with what to know about it. */
const toAdd = ({ lines, filter }: ProbeToAdd, why: string): string[] => [
  ...lines.map((line) => `         ${why} ${line}`),
  ...(filter.length > 0 ? [`           with a filter on the mutexes of groups and devices: ${filter.join(', ')}`] : []),
];

/** What a trace can show, in lines for a person. */
const showsLines = ({ kernel, mapping, offsetsOf, families }: TraceShows, title: string): string[] => {
  const lacks = families.some(({ missing, better }) => missing.length + better.length > 0);
  const offsets =
    offsetsOf === null
      ? 'take each <offset> from the kernel’s own BTF: bpftool btf dump file /sys/kernel/btf/vmlinux'
      : `the offsets are those of ${offsetsOf}; for another build take them from its BTF`;
  return [
    `${title}: kernel ${kernel ?? 'unknown'}, read as ${mapping}`,
    ...families.flatMap(({ id, about, shown, by, missing, better }) => [
      `  ${signs[shown]} ${id}: ${about}${shown === 'absent' ? '; this line of kernels has none' : ''}`,
      ...(by.length > 0 ? [`         by ${by.join(', ')}`] : []),
      ...missing.flatMap((probe) => toAdd(probe, 'add')),
      ...better.flatMap((probe) => toAdd(probe, 'better with')),
    ]),
    ...(lacks ? [`  probes that printed no line count only where formats lies beside the trace; ${offsets}`] : []),
  ];
};

interface TraceOptions {
  readonly topology?: string;
  readonly mapping?: string;
}

const registerTrace: Register = (doctor) => {
  doctor
    .command('trace')
    .argument('<file>', 'a trace, plain or packed (gzip, zstd); a folder that holds a trace; - is stdin')
    .description('say per family of facts whether a trace can show it, and which probe to add if not')
    .option('--topology <file>', 'groups, devices and addresses (default: topology.json beside the trace)')
    .option('--mapping <file>', 'what probes of your own mean: JSON, see docs/mapping.md')
    .action(
      run(async ({ print }, options: TraceOptions, file: string) => {
        const incoming = await readIncoming(file, { topology: options.topology });
        if (incoming.from !== 'trace') {
          throw new RequestError(`Cannot look at the probes of "${file}" as it is a run; give the trace it came from`);
        }
        const { recording } = incoming;
        const { formats } = await besideOf(recording.file);
        const mapping = await mappingFrom(options.mapping);
        const shows = await whatRecordingShows({ ...recording, mapping }, formats);
        return print.answer({
          json: { file: recording.file, ...shows },
          text: showsLines(shows, recording.title),
          code: shows.families.some(({ missing }) => missing.length > 0) ? exit.no : exit.yes,
        });
      }),
    );
};

export const registerDoctor: Register = (program) => {
  const doctor = program
    .command('doctor')
    .description('say what works on this machine and what to do about the rest; check everything in the store')
    .action(
      run(async (context) => {
        const { store, print } = context;
        const health = await storeHealth(context);
        const ofStore = storeCheck(store, health);
        const checks = [nodeCheck(), ofStore, terminalCheck(), await recordingCheck()];
        const { verdict, check = null, findings, runs = null } = health;
        const lineOf = ({ name, ok, hint }: Check) => `${ok ? 'ok ' : 'NO '} ${name}${hint === '' ? '' : `: ${hint}`}`;
        return print.answer({
          json: { checks, store: { path: store, verdict, runs, check, findings } },
          text: checks.flatMap((one) => [lineOf(one), ...(one === ofStore ? healthLines(health) : [])]),
          code: codeOf(checks, health),
        });
      }),
    );
  registerTrace(doctor);
};
