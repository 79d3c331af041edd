import type { Cursor } from './cursor.ts';

/** Decompressors, from outside as the package is pure; they give `size` bytes, or throw. */
export interface Decompressors {
  readonly inflate: (bytes: Uint8Array, size: number) => Uint8Array;
  readonly zstd: (bytes: Uint8Array, size: number) => Uint8Array;
}

const mebibyte = 1024 * 1024;

/** No section is larger: the formats of a kernel have 2 MB, its symbols 20. */
export const largestSection = 32 * mebibyte;
/** trace-cmd makes chunks of ten pages, and of each CPU one is at hand. */
const largestChunk = 8 * mebibyte;
const largestTogether = 160 * mebibyte;

/** What a block may claim to be when it is decompressed: pages that are all zero shrink to next to nothing. */
const mayBecome = (compressed: number): number => Math.max(mebibyte, compressed * 1000);

/**
 * Decompresses the blocks of one file. A block says how large it was; that is checked before anything is made, and all
 * blocks together may not be out of all proportion to the file.
 */
export class Compression {
  readonly name: string;
  readonly #decompress: ((bytes: Uint8Array, size: number) => Uint8Array) | null;
  readonly #allowed: number;
  #budget: number;
  #held = 0;

  constructor(name: string, fileSize: number, tools: Decompressors) {
    this.name = name;
    this.#decompress = name === 'zstd' ? tools.zstd : name === 'zlib' ? tools.inflate : null;
    this.#allowed = 64 * mebibyte + fileSize * 200;
    this.#budget = this.#allowed;
  }

  /** The file is read from its beginning again. */
  restart(): void {
    this.#budget = this.#allowed;
    this.#held = 0;
  }

  /** As `block`, of a chunk that stays at hand until it is let go. */
  chunk(cursor: Cursor, what: string): Uint8Array {
    const bytes = this.block(cursor, what, Math.min(largestChunk, largestTogether - this.#held));
    this.#held += bytes.length;
    return bytes;
  }

  letGo(chunk: Uint8Array): void {
    this.#held -= chunk.length;
  }

  /** The block at the cursor: compressed size, size, bytes; of `most` bytes when it is decompressed. */
  block(cursor: Cursor, what: string, most: number): Uint8Array {
    const compressed = cursor.u32(`the compressed size of ${what}`);
    const size = cursor.u32(`the size of ${what}`);
    if (size > mayBecome(compressed)) cursor.fail(`${what} claims to hold ${size} bytes in ${compressed}`);
    if (size > most) cursor.fail(`${what} claims to hold ${size} bytes; ${most} are taken at most`);
    if (size > this.#budget) cursor.fail(`${what} and what came before it hold more than a trace of this size can`);
    const start = cursor.at;
    const bytes = cursor.block(compressed, what);
    if (this.#decompress === null) cursor.fail(`${what} is compressed with ${JSON.stringify(this.name)}`);
    this.#budget -= size;
    let plain: Uint8Array;
    try {
      plain = this.#decompress(bytes, size);
    } catch (error) {
      cursor.at = start;
      cursor.fail(`${what} cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (plain.length !== size) cursor.fail(`${what} holds ${plain.length} bytes, but says ${size}`);
    return plain;
  }
}
