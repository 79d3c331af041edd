import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type Decompressors, RequestError } from '@custody/workbench';

/** How a file's bytes are packed, by the first of them; undefined when they are as they are. */
type Packing = 'gzip' | 'zstd' | 'xz';

const magics: Readonly<Record<Packing, readonly number[]>> = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
};

export const packingOf = (head: Uint8Array): Packing | undefined =>
  (['gzip', 'zstd', 'xz'] as const).find((packing) => magics[packing].every((byte, index) => head[index] === byte));

const pieceSize = 1 << 16;

/** One that breaks off gives what it holds up to there. */
const unpackerOf = (packing: Packing, path: string) => {
  if (packing === 'xz') {
    throw new RequestError(`Cannot import "${path}" as it is packed with xz; run: xz -dc ${path} | custody import -`);
  }
  if (packing === 'gzip') return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: pieceSize });
  // Node.js has it since 22.15.
  if (typeof createZstdDecompress === 'function') return createZstdDecompress({ chunkSize: pieceSize });
  throw new RequestError(
    `Cannot unpack "${path}" as Node.js ${process.versions.node} has no zstd; use 22.15 or later, ` +
      `or run: zstd -dc ${path} | custody import -`,
  );
};

/**
 * What packed bytes hold, piece by piece.
 *
 * @throws RequestError when they are damaged, or packed in a way that is not read here.
 */
export async function* unpacked(
  pieces: AsyncIterable<Uint8Array>,
  packing: Packing,
  path: string,
): AsyncGenerator<Uint8Array, void> {
  const unpacker = unpackerOf(packing, path);
  let taken = 0;
  const counted = async function* () {
    for await (const piece of pieces) {
      taken += piece.length;
      yield piece;
    }
  };
  // What goes wrong is thrown where the unpacker is read.
  pipeline(Readable.from(counted()), unpacker, () => {});
  try {
    for await (const piece of unpacker) yield piece;
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    const { message } = cause as Error;
    throw new RequestError(`Cannot unpack "${path}": ${message}; give a copy that ${packing} -t accepts`, { cause });
  }
  // Node.js stops at the end of the first frame and says nothing.
  if (packing === 'zstd' && unpacker.bytesWritten < taken) {
    throw new RequestError(
      `Cannot unpack "${path}": its first zstd frame ends at byte ${unpacker.bytesWritten} of ${taken}; ` +
        `run: zstd -dc ${path} | custody import -`,
    );
  }
}

/** For what is packed inside a trace.dat; each gives no more than the size that it is told. */
export const unpack: Decompressors = {
  inflate: (bytes, size) => inflateSync(bytes, { maxOutputLength: Math.max(size, 1) }),
  zstd: (bytes, size) => {
    if (typeof zstdDecompressSync === 'function') {
      return zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) });
    }
    throw new RequestError(`Cannot unpack it as Node.js ${process.versions.node} has no zstd; use 22.15 or later`);
  },
};
