import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuestError } from '../guest-error.ts';

const prefix = 'custody-guest-';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Removes what recorders left that were killed. */
const sweep = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const [, owner] = /^custody-guest-(\d+)-/.exec(name) ?? [];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(folder, name), { recursive: true, force: true });
  }
};

/** A folder for as long as a guest is recorded. Disposing removes it. */
export interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

/** @throws GuestError when none can be made. */
export const newScratch = async (parent = tmpdir()): Promise<Scratch> => {
  try {
    await sweep(parent);
    const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
    return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  } catch (cause) {
    throw new GuestError(`Cannot make a folder for the guest in ${parent}: ${(cause as Error).message}`, { cause });
  }
};
