import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RequestError } from '@custody/workbench';

/** Texts of tracefs that a recorder left beside its trace. */
interface BesideTrace {
  readonly profile?: string;
  readonly stats?: string;
  readonly formats?: string;
}

const textAt = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

/**
 * What lies beside a trace: `kprobe_profile`, `stats` and `formats`, each if it is there.
 *
 * @param file - the trace; `stdin` has nothing beside it.
 */
export const besideOf = async (file: string): Promise<BesideTrace> => {
  if (file === 'stdin') return {};
  const [profile, stats, formats] = await Promise.all(
    ['kprobe_profile', 'stats', 'formats'].map((name) => textAt(join(dirname(file), name))),
  );
  return {
    ...(profile !== undefined && { profile }),
    ...(stats !== undefined && { stats }),
    ...(formats !== undefined && { formats }),
  };
};

/** @throws RequestError when there is no such file. */
export const mappingFrom = async (path: string | undefined) => {
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new RequestError(`Cannot read the mapping "${path}": ${cause.message}`, { cause });
  });
  return { name: basename(path), text };
};
