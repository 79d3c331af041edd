import { once } from 'node:events';
import { open, rename, rm, stat } from 'node:fs/promises';
import { RequestError } from '@custody/workbench';

/** Pieces of a file, and what is told of it at its end. */
type Pieces<Told> = AsyncGenerator<Uint8Array, Told>;

const drained = async <Told>(pieces: Pieces<Told>, write: (piece: Uint8Array) => Promise<unknown>): Promise<Told> => {
  for (;;) {
    const step = await pieces.next();
    if (step.done) return step.value;
    await write(step.value);
  }
};

/** Writes as fast as the reader takes it; main.ts answers for a stdout that fails. */
export const toStdout = <Told>(pieces: Pieces<Told>): Promise<Told> =>
  drained(pieces, async (piece) => {
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
  });

/**
 * Writes a file beside `path` that takes its place once it is whole: nobody finds half of it under that name. What is
 * no file (a pipe, /dev/null) is written to at once.
 *
 * @throws RequestError when it cannot be written.
 */
export const toFile = async <Told>(path: string, pieces: Pieces<Told>): Promise<Told> => {
  const there = await stat(path).catch(() => undefined);
  const isPlace = there === undefined || there.isFile();
  const target = isPlace ? `${path}.part-${process.pid}` : path;
  try {
    await using file = await open(target, 'w');
    const sealed = await drained(pieces, (piece) => file.writeFile(piece));
    if (isPlace) await file.sync();
    if (isPlace) await rename(target, path);
    return sealed;
  } catch (cause) {
    if (isPlace) await rm(target, { force: true });
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new RequestError(`Cannot write "${path}": ${message}`, { cause });
  }
};
