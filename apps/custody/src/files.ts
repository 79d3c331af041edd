import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, gunzipSync } from 'node:zlib';
import { looksLikeBundle, looksLikeLines, readBundle, readLines, type Source } from '@custody/bundle';
import { looksLikeFtraceExport } from '@custody/trace-export';
import { type Parcel, type Recording, RequestError } from '@custody/workbench';

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

const textOf = (plain: Buffer, path: string): string => {
  if (plain.subarray(0, traceDatMagic.length).equals(traceDatMagic)) {
    throw new RequestError(
      `Cannot import "${path}" as it is a trace.dat, which is not read yet; run: trace-cmd report ${path} > trace.txt`,
    );
  }
  if (plain.subarray(0, 4096).includes(0)) {
    throw new RequestError(
      `Cannot import "${path}" as it is binary; expected tracefs text (trace, trace_pipe) or the output of ` +
        'trace-cmd report, plain or gzipped, or what custody export wrote',
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

/** Enough of a file to know what it is. */
const headSize = 64;

const headOf = async (path: string): Promise<Buffer> => {
  await using file = await open(path).catch((cause: Error) => {
    throw new RequestError(`Cannot import "${path}": ${cause.message}`, { cause });
  });
  const { buffer: head, bytesRead } = await file.read(Buffer.alloc(headSize), 0, headSize, 0);
  return head.subarray(0, bytesRead);
};

async function* piecesOf(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    throw new RequestError(`Cannot import "${path}": ${(cause as Error).message}`, { cause });
  }
}

/** A run that somebody sent, in the format that its first bytes say; undefined when they say no such thing. */
const parcelIn = async (head: Uint8Array, source: Source): Promise<Sent | undefined> => {
  if (looksLikeBundle(head)) return { from: 'bundle', parcel: await readBundle(source) };
  if (looksLikeLines(head)) return { from: 'ndjson', parcel: await readLines(source) };
  return;
};

/** A run that somebody sent, and the format that it came in. */
interface Sent {
  readonly from: 'bundle' | 'ndjson';
  readonly parcel: Parcel;
}

/** What a person gave to import: a recording that is to be read, or a run as it is. */
export type Incoming = Sent | { readonly from: 'trace'; readonly recording: Recording };

interface Given {
  readonly topology?: string | undefined;
  readonly title?: string | undefined;
}

/** Why an option does not go with a run that was exported. */
export const ownOption = (option: 'topology' | 'mapping', file: string): RequestError =>
  new RequestError(`Cannot use --${option} with "${file}" as it is a run that has its own; leave it out`);

const recordingOf = async (text: string, file: string, given: Given): Promise<Recording> => {
  const fromStdin = file === '-';
  const standsAlone = looksLikeFtraceExport(text);
  if (standsAlone && given.topology !== undefined) throw ownOption('topology', fromStdin ? 'stdin' : file);
  const beside = fromStdin || standsAlone ? undefined : await existing([join(dirname(file), 'topology.json')]);
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
    text,
    topology,
  };
};

/**
 * What a file holds, known by its first bytes and never by its name. A run that was sent is read as it is asked for; a
 * recording is read at once, with its topology.json: the one beside the trace unless another is given.
 *
 * @param path - a trace, a bundle or NDJSON, plain or gzipped; a folder that holds a trace; `-` is stdin.
 * @throws RequestError when there is none or it is none of these.
 * @throws BundleError when it is a bundle or NDJSON and its header is not as it was written.
 */
export const readIncoming = async (path: string, given: Given): Promise<Incoming> => {
  const fromStdin = path === '-';
  const file = fromStdin ? path : await traceFile(path);
  const name = fromStdin ? 'stdin' : file;
  const sent =
    (await existing([file])) === undefined || fromStdin
      ? undefined
      : await parcelIn(await headOf(file), { name, open: () => piecesOf(file) });
  if (sent !== undefined) return sent;
  const bytes = fromStdin ? await buffer(process.stdin) : await bytesOf(file);
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzipped(bytes, file) : bytes;
  const held = await parcelIn(plain.subarray(0, headSize), { name, open: () => Readable.from([plain]) });
  return held ?? { from: 'trace', recording: await recordingOf(textOf(plain, file), file, given) };
};
