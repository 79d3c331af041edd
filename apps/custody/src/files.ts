import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { looksLikeBundle, looksLikeLines, readBundle, readLines, type Source } from '@custody/bundle';
import { looksLikeFtraceExport } from '@custody/trace-export';
import { isTraceDat, type Parcel, type Recording, RequestError } from '@custody/workbench';
import { packingOf, unpack, unpacked } from './unpack.ts';

const tracesInFolder = [
  'stream.trace',
  'stream.trace.gz',
  'stream.trace.zst',
  'trace',
  'trace.txt',
  'trace.gz',
  'trace.dat',
];

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

/** @param head - the first bytes of what is no bundle. */
const assertText = (head: Uint8Array, path: string): void => {
  if (head.includes(0)) {
    throw new RequestError(
      `Cannot import "${path}" as it is binary; expected tracefs text (trace, trace_pipe) or the output of ` +
        'trace-cmd report, plain or packed with gzip or zstd, or what custody export wrote',
    );
  }
};

/** `fixtures/6.1-race/stream.trace.gz` is `6.1-race`; `my-race.txt` is `my-race`. */
const titleOf = (path: string): string => {
  const file = basename(path);
  const stem = file.replace(/(\.(gz|zst|txt|trace|log|dat))+$/, '') || file;
  const folder = basename(dirname(resolve(path)));
  return stem === 'stream' || stem === 'trace' ? folder || stem : stem;
};

/** Enough of a file to know what it is. */
const headSize = 4096;
/** How much of a file is read at once. */
const pieceSize = 1 << 16;

const headOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  let head = Buffer.alloc(0);
  for await (const piece of pieces) {
    head = Buffer.concat([head, piece.subarray(0, headSize)]);
    if (head.length >= headSize) break;
  }
  return head.subarray(0, headSize);
};

/** How far a file is read, as it lies on the disk. */
export interface Extent {
  readonly size: number;
  /** Bytes, by whoever opened it last. */
  readonly read: number;
  /** When that was, as `performance.now()` tells it. */
  readonly since: number;
}

/** A file's bytes as they lie there, from the beginning each time. */
interface Opened {
  readonly pieces: () => AsyncGenerator<Uint8Array, void>;
  readonly extent: Extent;
}

/** Up to the size that it had when it was looked at: one that grows is the same each time. */
async function* piecesOf(path: string, size: number): AsyncGenerator<Uint8Array, void> {
  try {
    yield* createReadStream(path, { highWaterMark: pieceSize, end: size - 1 });
  } catch (cause) {
    throw new RequestError(`Cannot import "${path}": ${(cause as Error).message}`, { cause });
  }
}

async function* slicesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
}

/** What cannot be read again is kept in memory: what comes through a pipe, and the files of tracefs, which have no size. */
const openedAt = async (path: string): Promise<Opened> => {
  const found = path === '-' ? undefined : await stat(path).catch(() => undefined);
  const size = found?.isFile() ? found.size : 0;
  const kept = size > 0 ? undefined : path === '-' ? await buffer(process.stdin) : await bytesOf(path);
  const extent = { size: kept?.length ?? size, read: 0, since: performance.now() };
  return {
    extent,
    pieces: async function* () {
      extent.read = 0;
      extent.since = performance.now();
      for await (const piece of kept === undefined ? piecesOf(path, size) : slicesOf(kept)) {
        extent.read += piece.length;
        yield piece;
      }
    },
  };
};

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
export type Incoming = Sent | { readonly from: 'trace'; readonly recording: Recording; readonly extent: Extent };

interface Given {
  readonly topology?: string | undefined;
  readonly title?: string | undefined;
}

/** Why an option does not go with a run that was exported. */
export const ownOption = (option: 'topology' | 'mapping', file: string): RequestError =>
  new RequestError(`Cannot use --${option} with "${file}" as it is a run that has its own; leave it out`);

const recordingOf = async (
  source: Recording['source'],
  { file, head, given }: { readonly file: string; readonly head: Uint8Array; readonly given: Given },
): Promise<Recording> => {
  const fromStdin = file === '-';
  const standsAlone = looksLikeFtraceExport(Buffer.from(head).toString('latin1'));
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
    source,
    topology,
  };
};

/**
 * What a file holds, known by its first bytes and never by its name. It is read as it is asked for, piece by piece; a
 * recording has its topology.json: the one beside the trace unless another is given.
 *
 * @param path - a trace, a bundle or NDJSON, plain or packed with gzip or zstd; a folder that holds a trace; `-` is stdin.
 * @throws RequestError when there is none or it is none of these.
 * @throws BundleError when it is a bundle or NDJSON and its header is not as it was written.
 */
export const readIncoming = async (path: string, given: Given): Promise<Incoming> => {
  const file = path === '-' ? path : await traceFile(path);
  const { pieces, extent } = await openedAt(file);
  const packing = packingOf(await headOf(pieces()));
  const open = packing === undefined ? pieces : () => unpacked(pieces(), packing, file);
  const head = await headOf(open());
  const sent = await parcelIn(head, { name: path === '-' ? 'stdin' : file, open });
  if (sent !== undefined) return sent;
  if (!isTraceDat(head)) assertText(head, file);
  return { from: 'trace', recording: await recordingOf({ open, unpack }, { file, head, given }), extent };
};
