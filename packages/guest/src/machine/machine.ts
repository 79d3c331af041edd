import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { GuestError } from '../guest-error.ts';
import { Monitor } from './monitor.ts';
import { descriptors } from './qemu-arguments.ts';

/** Of what QEMU and the guest's console print, the end is kept. */
const tailSize = 1 << 16;

/** Keeps the end of what a stream says. */
const tailOf = (stream: Readable): (() => string) => {
  let tail = '';
  stream.on('data', (bytes: Buffer) => {
    tail = (tail + bytes.toString('latin1')).slice(-tailSize);
  });
  return () => tail;
};

/** How QEMU ended, in words. */
const endOf = (process: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    process.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    process.once('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `by ${signal}`));
  });

/** A QEMU process that runs. Disposing ends it. */
export interface Machine extends AsyncDisposable {
  readonly trace: Duplex;
  readonly control: Duplex;
  readonly monitor: Monitor;
  /** How it ended, in words; settled when its pipes are read to their ends. */
  readonly ended: Promise<string>;
  /** The end of what the guest's console said. */
  readonly console: () => string;
  /** The end of what QEMU complained of. */
  readonly complaints: () => string;
  /** Ends it, gently at first; settled when it is gone. */
  readonly end: () => Promise<void>;
}

/** How long QEMU has to end on SIGTERM, in milliseconds. */
const patience = 3000;

/** Where a QEMU is that PATH names, or undefined. */
export const findProgram = (name: string, path = process.env['PATH'] ?? ''): string | undefined =>
  name.includes('/')
    ? existsSync(name)
      ? name
      : undefined
    : path
        .split(':')
        .map((folder) => `${folder}/${name}`)
        .find((file) => existsSync(file));

/** @throws GuestError when there is no QEMU. */
export const startMachine = (qemu: string, words: readonly string[]): Machine => {
  const program = findProgram(qemu);
  if (program === undefined) {
    throw new GuestError(`Cannot start a guest as there is no ${qemu} in PATH; see: custody doctor`);
  }
  // Whoever kills us with -9 ends the guest too; a session of its own keeps the terminal's Ctrl-C from it, as we end it.
  const setpriv = findProgram('setpriv');
  const [first = program, ...rest] = setpriv === undefined ? [program] : [setpriv, '--pdeathsig', 'KILL', program];
  const child = spawn(first, [...rest, ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = endOf(child);
  const at = (descriptor: number): Duplex => {
    const stream = child.stdio[descriptor] as Duplex;
    // A machine that ends breaks its pipes: that it has ended is told by `ended`.
    stream.on('error', () => {});
    return stream;
  };
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    const late = new AbortController();
    const killing = pause(patience, undefined, { signal: late.signal }).then(
      () => child.kill('SIGKILL'),
      () => {},
    );
    await ended;
    late.abort();
    await killing;
  };
  return {
    trace: at(descriptors.trace),
    control: at(descriptors.control),
    monitor: new Monitor(at(descriptors.monitor)),
    ended,
    console: tailOf(at(1)),
    complaints: tailOf(at(2)),
    end,
    [Symbol.asyncDispose]: end,
  };
};
