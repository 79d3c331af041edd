import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { launcher, root } from './custody.ts';

/** A program on a pseudo-terminal, of which every byte that it writes is seen. */
export interface PseudoTerminal {
  readonly type: (keys: string) => void;
  /** Everything written so far. */
  readonly written: () => string;
  /** Waits until `wanted` was written after the first `from` characters. @throws when it is not within `timeoutMs`. */
  readonly waitFor: (wanted: string | RegExp, from?: number, timeoutMs?: number) => Promise<void>;
  /** Waits until nothing was written for `ms`. @returns how many bytes came since it was called. */
  readonly settle: (ms?: number) => Promise<number>;
  /** When the last byte came, on the clock of `performance.now()`. */
  readonly lastAt: () => number;
  readonly bytes: () => number;
  readonly exited: Promise<number | null>;
  readonly kill: () => void;
}

export interface PseudoTerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Starts a program on a pseudo-terminal that script(1) of util-linux makes. */
export const openPseudoTerminal = (
  command: readonly string[],
  { columns = 80, rows = 24, env = {}, cwd }: PseudoTerminalOptions = {},
): PseudoTerminal => {
  const line = `stty rows ${rows} cols ${columns}; exec ${command.map(quoted).join(' ')}`;
  const child = spawn('script', ['-qfec', line, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  let bytes = 0;
  let last = performance.now();
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    bytes += chunk.length;
    last = performance.now();
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));

  const waitFor: PseudoTerminal['waitFor'] = async (wanted, from = 0, timeoutMs = 20_000) => {
    const deadline = performance.now() + timeoutMs;
    const isThere = () => {
      const since = text.slice(from);
      return typeof wanted === 'string' ? since.includes(wanted) : wanted.test(since);
    };
    while (!isThere()) {
      if (performance.now() > deadline)
        throw new Error(`Cannot find ${wanted} within ${timeoutMs} ms in ${text.slice(from)}`);
      await delay(5);
    }
  };

  const settle = async (ms = 250): Promise<number> => {
    const before = bytes;
    const begin = performance.now();
    while (performance.now() - Math.max(begin, last) < ms) await delay(10);
    return bytes - before;
  };

  return {
    type: (keys) => void child.stdin.write(keys),
    written: () => text,
    waitFor,
    settle,
    lastAt: () => last,
    bytes: () => bytes,
    exited,
    kill: () => void child.kill('SIGKILL'),
  };
};

/** `custody replay` of a run of the store, in colour, once its first frame stands still. */
export const openReplay = async (store: string, ...words: readonly string[]): Promise<PseudoTerminal> => {
  const screen = openPseudoTerminal([process.execPath, launcher, 'replay', ...words], {
    env: { CUSTODY_STORE: store, FORCE_COLOR: '1' },
    cwd: root,
  });
  await screen.waitFor('position');
  await screen.settle();
  return screen;
};
