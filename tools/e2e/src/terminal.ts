import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface TerminalOptions {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  readonly columns?: number;
  readonly rows?: number;
  /** Set on top of this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** A program in a terminal of its own, as a person would see it. */
export interface TestTerminal {
  /** Presses keys by their tmux names (`Enter`, `PageDown`, `Escape`, `C-c`); other words are typed as they are. */
  readonly send: (...keys: readonly string[]) => void;
  /** Types text, letter by letter. */
  readonly type: (text: string) => void;
  /** What is on the screen, one line per row; `styled` keeps the escape sequences of colours. */
  readonly screen: (how?: 'styled') => string;
  /** Waits until the screen shows `wanted`. @throws Error with the screen when it does not within `timeoutMs`. */
  readonly waitFor: (wanted: string | RegExp, timeoutMs?: number) => Promise<string>;
  readonly resize: (columns: number, rows: number) => void;
  /** The program's exit status; null while it runs. Its last screen stays. */
  readonly exitStatus: () => number | null;
  /** Ends the program and its terminal; harmless when already gone. */
  readonly kill: () => void;
}

const pollMs = 30;

/** Environment without our own tmux and CI, so that the program behaves as on anyone's terminal. */
const environment = (extra: TerminalOptions['env']): NodeJS.ProcessEnv => {
  const { TMUX: _tmux, TMUX_PANE: _pane, ...own } = process.env;
  return { ...own, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...extra };
};

const shows = (screen: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? screen.includes(wanted) : wanted.test(screen);

/** Starts a program in a private tmux server; `kill` it when done. */
export const openTerminal = ({ command, columns = 80, rows = 24, env, cwd }: TerminalOptions): TestTerminal => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-tmux-'));
  const status = join(folder, 'status');
  const options = { env: environment(env), encoding: 'utf8', ...(cwd === undefined ? {} : { cwd }) } as const;
  const tmux = (...words: readonly string[]): string =>
    execFileSync('tmux', ['-u', '-S', join(folder, 'socket'), '-f', '/dev/null', ...words], options);
  const set = (name: string, value: string) => ['set-option', '-g', name, value, ';'];
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux(
    ...['start-server', ';'],
    ...[set('remain-on-exit', 'on'), set('status', 'off'), set('default-terminal', 'screen-256color')].flat(),
    // tmux now and then forgets a status, so a shell writes it down: whole, or not at all.
    ...['new-session', '-d', ...size, 'sh', '-c', '"$@"; echo $? > "$0.new" && mv "$0.new" "$0"', status, ...command],
  );

  const screen = (how?: 'styled'): string =>
    tmux('capture-pane', '-p', ...(how === 'styled' ? ['-e'] : [])).replace(/\n+$/, '\n');

  const waitFor = async (wanted: string | RegExp, timeoutMs = 5000): Promise<string> => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const now = screen();
      if (shows(now, wanted)) return now;
      if (performance.now() > deadline) {
        throw new Error(`Cannot find ${wanted} on the screen after ${timeoutMs} ms:\n${now}`);
      }
      await delay(pollMs);
    }
  };

  const exitStatus = (): number | null => (existsSync(status) ? Number(readFileSync(status, 'utf8')) : null);

  const kill = (): void => {
    try {
      tmux('kill-server');
    } catch {
      // No server, nothing to end.
    }
    rmSync(folder, { recursive: true, force: true });
  };

  return {
    send: (...keys) => void tmux('send-keys', ...keys),
    type: (text) => void tmux('send-keys', '-l', text),
    screen,
    waitFor,
    resize: (width, height) => void tmux('resize-window', '-x', String(width), '-y', String(height)),
    exitStatus,
    kill,
  };
};
