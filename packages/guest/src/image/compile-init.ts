import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const flags = ['-static', '-O2', '-std=gnu17', '-Wall', '-Wextra', '-Werror', '-pthread'];

/** How the guest's program is made. */
export interface Compiling {
  /** A C compiler, e.g. `gcc`. */
  readonly cc: string;
  readonly cacheDir: string;
  /** The folder tools/guest; by default the one of this checkout. */
  readonly sources?: string;
}

/** The nearest tools/guest upwards: this file runs from its package and from the built program. */
const nearestSources = (from: string): string => {
  const folder = join(from, 'tools/guest');
  if (existsSync(join(folder, 'guest.h'))) return folder;
  if (dirname(from) === from)
    throw new Error(
      'Cannot find the sources of the guest’s program: there is no tools/guest here; run from a checkout',
    );
  return nearestSources(dirname(from));
};

/**
 * The guest's program, compiled once for each state of its sources.
 *
 * @returns its path, in `cacheDir`.
 * @throws Error with what the compiler said.
 */
export const compileInit = async ({ cc, cacheDir, sources }: Compiling): Promise<string> => {
  const folder = sources ?? nearestSources(import.meta.dirname);
  const names = readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const hash = createHash('sha256').update(JSON.stringify([cc, flags]));
  for (const name of names) hash.update(name).update(readFileSync(join(folder, name)));
  const path = join(cacheDir, `init-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(path)) return path;
  mkdirSync(cacheDir, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const files = names.filter((name) => name.endsWith('.c')).map((name) => join(folder, name));
  try {
    await run(cc, [...flags, '-o', unfinished, ...files]);
    renameSync(unfinished, path);
    return path;
  } catch (cause) {
    rmSync(unfinished, { force: true });
    const said = (cause as { stderr?: string }).stderr || (cause as Error).message;
    throw new Error(`Cannot compile the guest’s program with ${cc}: ${said.trim()}; install gcc and libc6-dev`, {
      cause,
    });
  }
};

/**
 * How fast this machine's time stamp counter runs, in kHz. TCG hands it through, and a guest that measures it on a busy
 * host was wrong by 20 % to a factor of 7, and all times of its trace with it.
 *
 * @param init - as `compileInit` made it.
 * @returns null where it cannot be measured: the program is for x86-64.
 */
export const tscKilohertz = async (init: string): Promise<number | null> => {
  try {
    const { stdout } = await run(init, ['--tsc-khz']);
    return /^[1-9]\d{3,8}$/.test(stdout.trim()) ? Number(stdout) : null;
  } catch {
    return null;
  }
};
