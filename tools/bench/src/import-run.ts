import { spawnSync } from 'node:child_process';
import { inItsOwnProcess } from './own-process.ts';

/** What `read-once.ts` is told. */
export interface ReadRequest {
  readonly how: 'scan' | 'patterns' | 'dat';
  readonly file: string;
}

/** What reading a file took, in a process of its own. */
export interface ReadRun {
  readonly lines: number;
  /** Processor time of user and system, in seconds. */
  readonly cpu: number;
  /** Seconds on the clock. */
  readonly wall: number;
  /** The most memory that the process had, in bytes. */
  readonly memory: number;
}

export const runRead = (request: ReadRequest): ReadRun => inItsOwnProcess('read-once.ts', request);

/** The whole of `custody import`, into a store that is removed afterwards. */
export const runImport = (file: string): ReadRun => inItsOwnProcess('import-once.ts', { file });

/** The processor time of `trace-cmd report` on a trace.dat, into nothing; seconds, or null where it is not installed. */
export const runTraceCmd = (file: string): number | null => {
  const script = 'TIMEFORMAT="%U %S"; time trace-cmd report "$1" > /dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', `command -v trace-cmd > /dev/null || exit 1; ${script}`, 'bash', file], {
    encoding: 'utf8',
  });
  const [user, system] = stderr.trim().split(' ').map(Number);
  return user === undefined || system === undefined || Number.isNaN(user + system) ? null : user + system;
};

/** The processor time of `wc -l` on the file, as the shell tells it to a millisecond; seconds. @throws Error without wc. */
export const runWc = (file: string): number => {
  const script = 'TIMEFORMAT="%U %S"; time wc -l < "$1"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', file], { encoding: 'utf8' });
  const [user, system] = stderr.trim().split(' ').map(Number);
  if (status !== 0 || user === undefined || system === undefined) {
    throw new Error(`Cannot measure wc -l: ${stderr || stdout || 'there is no bash'}`);
  }
  return user + system;
};
