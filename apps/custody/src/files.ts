import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { constants, gunzipSync } from 'node:zlib';
import { type Recording, RequestError } from '@custody/workbench';

const tracesInFolder = ['stream.trace', 'stream.trace.gz', 'trace', 'trace.txt', 'trace.gz'];
const traceDatMagic = Buffer.from([0x17, 0x08, 0x44]);

const existing = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return path;
  }
  return undefined;
};

/** True when there is a file or folder of that name. */
export const isPath = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

const traceFile = async (path: string): Promise<string> => {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new RequestError(`Cannot import "${path}": ${cause.code === 'ENOENT' ? 'no such file' : cause.message}`);
  });
  if (!found.isDirectory()) return path;
  const inside = await existing(tracesInFolder.map((name) => join(path, name)));
  if (inside) return inside;
  throw new RequestError(
    `Cannot import the folder "${path}": none of ${tracesInFolder.join(', ')} is in it; name the trace`,
  );
};

const bytesOf = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: Error) => {
    throw new RequestError(`Cannot import "${path}": ${cause.message}`, { cause });
  });

/**
 * One that breaks off gives what it holds up to there: the importer says that its last line is cut.
 *
 * @throws RequestError when the gzip is damaged.
 */
const unzipped = (bytes: Buffer, path: string): Buffer => {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw new RequestError(`Cannot unpack "${path}": ${(cause as Error).message}; give a copy that gzip -t accepts`, {
      cause,
    });
  }
};

const textOf = (bytes: Buffer, path: string): string => {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzipped(bytes, path) : bytes;
  if (plain.subarray(0, traceDatMagic.length).equals(traceDatMagic)) {
    throw new RequestError(
      `Cannot import "${path}" as it is a trace.dat, which is not read yet; run: trace-cmd report ${path} > trace.txt`,
    );
  }
  if (plain.subarray(0, 4096).includes(0)) {
    throw new RequestError(
      `Cannot import "${path}" as it is binary; expected tracefs text (trace, trace_pipe) or the output of ` +
        'trace-cmd report, plain or gzipped',
    );
  }
  return plain.toString('utf8');
};

/** `fixtures/6.1-race/stream.trace.gz` is `6.1-race`; `my-race.txt` is `my-race`. */
const titleOf = (path: string): string => {
  const file = basename(path);
  const stem = file.replace(/(\.(gz|txt|trace|log))+$/, '') || file;
  const folder = basename(dirname(resolve(path)));
  return stem === 'stream' || stem === 'trace' ? folder || stem : stem;
};

/**
 * A recording with its topology.json: the one beside the trace unless another is given.
 *
 * @param path - a trace, plain or gzipped; a folder that holds one; `-` is stdin.
 * @throws RequestError when there is none or it is no text.
 */
export const readRecording = async (
  path: string,
  given: { readonly topology?: string | undefined; readonly title?: string | undefined },
): Promise<Recording> => {
  const fromStdin = path === '-';
  const file = fromStdin ? path : await traceFile(path);
  const bytes = fromStdin ? await buffer(process.stdin) : await bytesOf(file);
  const beside = fromStdin ? undefined : await existing([join(dirname(file), 'topology.json')]);
  const topologyPath = given.topology ?? beside;
  const topology =
    topologyPath === undefined
      ? null
      : await readFile(topologyPath, 'utf8').catch((cause: Error) => {
          throw new RequestError(`Cannot read the topology "${topologyPath}": ${cause.message}`, { cause });
        });
  return {
    file: fromStdin ? 'stdin' : file,
    title: given.title ?? (fromStdin ? 'stdin' : titleOf(file)),
    text: textOf(bytes, file),
    topology,
  };
};
