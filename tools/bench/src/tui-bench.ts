import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPseudoTerminal, type PseudoTerminal } from '../../e2e/src/pseudo-terminal.ts';
import { type Figure, median } from './figures.ts';
import { writeTrace } from './trace-text.ts';

export interface TuiBench {
  readonly events: number;
  readonly figures: readonly Figure[];
}

const main = fileURLToPath(new URL('../../../apps/custody/bin/custody.mjs', import.meta.url));

/** A line of the recording that large traces are made of, on average. */
const bytesPerEvent = 147;

/** What issue 9 asks for. */
const asked = { paintFactor: 1.3, paintMs: 150, keyMs: 33, bytes: 2048, megabytes: 300 } as const;

const open = (store: string, at: number): PseudoTerminal =>
  openPseudoTerminal([process.execPath, main, 'replay', 'large', '--at', String(at)], {
    env: { CUSTODY_STORE: store, FORCE_COLOR: '1' },
  });

const timed = async (work: () => Promise<void> | void): Promise<number> => {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
};

/** A process that does nothing, started the same way, and the first frame of the run. */
const paintOnce = async (store: string): Promise<{ readonly node: number; readonly paint: number }> => {
  const node = await timed(async () => {
    await openPseudoTerminal([process.execPath, '-e', '0']).exited;
  });
  let screen: PseudoTerminal | undefined;
  const paint = await timed(async () => {
    screen = open(store, 0);
    await screen.waitFor('quit');
  });
  screen?.kill();
  return { node, paint };
};

/** The process that shows the run of a store, by what it was started with. */
const processOf = (store: string): string => {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`CUSTODY_STORE=${store}`);
      return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(process.execPath);
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('Cannot measure the screen as its process is not there');
  return found;
};

const peakMegabytes = (pid: string): number => {
  const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib ?? 0) / 1024;
};

/** Milliseconds that a process has used, all its threads; Linux counts hundredths of a second. */
const processorMs = (pid: string): number => {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user = '0', system = '0'] = after.split(' ').slice(11, 13);
  return 10 * (Number(user) + Number(system));
};

/** What is pressed at each place: a step, a page, a jump by kind, help and back. */
const presses = ['j', 'k', ' ', 'b', 't', 'l', 'o', 'e', '?', 'q'] as const;

interface Pressed {
  readonly ms: number;
  readonly bytes: number;
}

/** Presses a key; its frame is there when nothing more comes. */
const press = async (screen: PseudoTerminal, key: string): Promise<Pressed> => {
  const bytes = screen.bytes();
  const begin = performance.now();
  screen.type(key);
  await screen.settle(150);
  return { ms: Math.max(0, screen.lastAt() - begin), bytes: screen.bytes() - bytes };
};

const pressedAt = async (screen: PseudoTerminal, at: number): Promise<readonly Pressed[]> => {
  const all: Pressed[] = [await press(screen, `${at}G`)];
  for (const key of presses) all.push(await press(screen, key));
  return all;
};

/** Waits until the run has been read to its end: then the process rests. */
const readWhole = async (pid: string): Promise<void> => {
  for (let before = -1, now = processorMs(pid); now - before > 20; ) {
    await delay(1000);
    [before, now] = [now, processorMs(pid)];
  }
};

/** How long after the last of many keys, sent as fast as a held key repeats, the screen stands still. */
const heldMs = async (screen: PseudoTerminal): Promise<number> => {
  for (let key = 0; key < 60; key += 1) {
    screen.type('j');
    await delay(33);
  }
  const last = performance.now();
  await screen.settle(300);
  return Math.max(0, screen.lastAt() - last);
};

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

const beside = (id: string, unit: string, value: number, baseline: number, against: string): Figure => ({
  id,
  value,
  unit,
  baseline,
  ratio: value / baseline,
  against,
});

/**
 * Measures the screen on a stored run of about `events` events, through a pseudo-terminal of 80 by 24 in colour.
 *
 * @param runs - how often the first frame is drawn; the median counts.
 * @param places - at how many places keys are pressed.
 */
export const benchTui = async (events: number, runs: number, places: number): Promise<TuiBench> => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-bench-'));
  const store = join(folder, 'store.db');
  try {
    const file = join(folder, 'trace.txt');
    writeTrace(file, events * bytesPerEvent);
    const env = { ...process.env, CUSTODY_STORE: store };
    execFileSync(process.execPath, [main, 'import', file, '--title', 'large', '--quiet', '--json'], {
      env,
      stdio: 'ignore',
    });
    const { runs: listed } = JSON.parse(
      spawnSync(process.execPath, [main, 'runs', '--json'], { env, encoding: 'utf8' }).stdout,
    );
    const count: number = listed[0].events;
    const paints = [];
    for (let run = 0; run < runs; run += 1) paints.push(await paintOnce(store));
    const screen = open(store, 0);
    await screen.waitFor('quit');
    const pid = processOf(store);
    await readWhole(pid);
    const usedBefore = processorMs(pid);
    const pressed: Pressed[] = [];
    for (let place = 0; place < places; place += 1) {
      pressed.push(...(await pressedAt(screen, Math.floor((count * (place + 0.5)) / places))));
    }
    const used = (processorMs(pid) - usedBefore) / pressed.length;
    const held = await heldMs(screen);
    const megabytes = peakMegabytes(pid);
    screen.kill();
    const node = median(paints.map((paint) => paint.node));
    const paint = median(paints.map((one) => one.paint));
    const bytes = Math.max(...pressed.map((one) => one.bytes));
    return {
      events: count,
      figures: [
        beside('first frame', 'ms', paint, node, 'node -e 0'),
        beside(
          'first frame, of what is asked',
          'ms',
          paint,
          asked.paintFactor * node + asked.paintMs,
          '1.3 node -e 0 + 150 ms',
        ),
        beside(
          'key to frame, median',
          'ms',
          quantile(
            pressed.map(({ ms }) => ms),
            0.5,
          ),
          asked.keyMs,
          'asked',
        ),
        beside(
          'key to frame, p99',
          'ms',
          quantile(
            pressed.map(({ ms }) => ms),
            0.99,
          ),
          asked.keyMs,
          'asked',
        ),
        beside('processor time for a key', 'ms', used, asked.keyMs, 'asked'),
        beside('still after a held key', 'ms', held, asked.keyMs, 'a frame'),
        beside('most bytes for a key', 'B', bytes, asked.bytes, 'asked'),
        beside('most memory', 'MB', megabytes, asked.megabytes, 'asked'),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
