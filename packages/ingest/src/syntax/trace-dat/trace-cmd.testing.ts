import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import type { Line } from '../line.ts';
import type { Decompressors } from './compression.ts';

/** The decompressors of node; they stop at the size that they are asked for. */
export const nodeTools: Decompressors = {
  inflate: (bytes, size) => inflateSync(bytes, { maxOutputLength: Math.max(size, 1) }),
  zstd: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) }),
};

const run = (program: string, args: readonly string[]) =>
  spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });

/** What trace-cmd calls itself; null when it is not installed. */
export const traceCmdVersion = (): string | null => {
  const { status, stdout } = run('trace-cmd', ['--version']);
  return status === null ? null : stdout.trim();
};

const within = <T>(use: (folder: string) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-trace-dat-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const must = (args: readonly string[]): string => {
  const { status, signal, stdout, stderr } = run('trace-cmd', args);
  if (status !== 0)
    throw new Error(`trace-cmd ${args.join(' ')} ended with ${status ?? signal}: ${stderr.slice(0, 500)}`);
  return stdout;
};

/** The file with other contents: another version, or another compression. */
export const converted = (file: Uint8Array, ...how: readonly string[]): Uint8Array =>
  within((folder) => {
    writeFileSync(join(folder, 'from.dat'), file);
    must(['convert', '-i', join(folder, 'from.dat'), '-o', join(folder, 'to.dat'), ...how]);
    return readFileSync(join(folder, 'to.dat'));
  });

const reportShape = /^(?:(\S+):)?\s+(.+)-(\d+)\s+\[(\d+)\]\s+(\d+(?:\.\d+)?): ([^\s:]+):(.*)$/;

/**
 * What `trace-cmd report` says of a file, a line for each event and each gap: in the form that `told` gives to ours.
 * Its columns are taken apart, as it pads them; text that goes on over several lines is one.
 * -t prints whole nanoseconds; -N loads no plugins, which print some events in words of their own.
 */
export const reported = (file: Uint8Array): string[] =>
  within((folder) => {
    writeFileSync(join(folder, 'trace.dat'), file);
    const lines: string[] = [];
    for (const line of must(['report', '-t', '-N', '-i', join(folder, 'trace.dat')]).split('\n')) {
      const parts = reportShape.exec(line);
      if (parts) {
        const [, buffer = '', comm, tid, cpu, time, name, fields = ''] = parts;
        lines.push(`${buffer}|${comm}-${tid}|${Number(cpu)}|${time}|${name}|${fields.trim()}`);
      } else if (/^\s*CPU:\d+ \[.*DROPPED\]$/.test(line)) lines.push(line.trim());
      else if (!/^cpus=\d+$/.test(line) && lines.length > 0) lines[lines.length - 1] += `\n${line}`;
    }
    return lines.map((line) => line.trimEnd());
  });

const seconds = (at: number): string => {
  const digits = String(at).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
};

/** A line of ours in the form of `reported`. */
export const told = (line: Line): string => {
  switch (line.kind) {
    case 'record': {
      const { buffer, comm, tid, cpu, at, name, fields } = line.record;
      return `${buffer ?? ''}|${comm ?? '<...>'}-${tid}|${cpu}|${seconds(at)}|${name}|${fields.trim()}`;
    }
    case 'lost':
      return `CPU:${line.cpu} [${line.count === null ? '' : `${line.count} `}EVENTS DROPPED]`;
    case 'unreadable':
      return `unreadable: ${line.reason}`;
    case 'comment':
      return 'comment';
  }
};

const repository = new URL('../../../../../', import.meta.url);

/** The recording that is kept with the project; no Buffer, whose slices share its memory. */
export const fixture = (): Uint8Array =>
  new Uint8Array(readFileSync(new URL('fixtures/lab-robin-leak/trace.dat', repository)));

/** All recordings that are at hand: ours, and those of the folder beside the project or in CUSTODY_TRACES. */
export const recordings = (): { readonly name: string; readonly file: string }[] => {
  const beside = process.env['CUSTODY_TRACES'] ?? fileURLToPath(new URL('../shared/traces', repository));
  return [fileURLToPath(new URL('fixtures', repository)), beside].flatMap((folder) =>
    (existsSync(folder) ? readdirSync(folder) : [])
      .map((name) => ({ name: join(folder, name), file: join(folder, name, 'trace.dat') }))
      .filter(({ file }) => existsSync(file)),
  );
};
