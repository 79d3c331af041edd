import { TraceDatError } from './error.ts';

const utf8 = new TextDecoder();

/** Text as it lies in a trace; bytes that are no UTF-8 become U+FFFD. A trailing NUL is not part of it. */
export const textOf = (bytes: Uint8Array): string =>
  utf8.decode(bytes.at(-1) === 0 ? bytes.subarray(0, bytes.length - 1) : bytes);

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Names of systems, instances and clocks are short. */
const longestString = 4096;

/** Reads numbers, strings and blocks one after the other; nothing is taken that is not there. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #base: number;
  at: number;

  /** @param base - where `bytes` begin in the file, for messages. */
  constructor(bytes: Uint8Array, little: boolean, at = 0, base = 0) {
    this.bytes = bytes;
    this.#view = viewOf(bytes);
    this.#little = little;
    this.#base = base;
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  fail(what: string): never {
    throw new TraceDatError(what, this.#base + this.at);
  }

  /** Moves on by `size` bytes and returns where they begin. */
  #take(size: number, what: string): number {
    if (size > this.left) this.fail(`${what} takes ${size} bytes, but only ${Math.max(this.left, 0)} are left`);
    const from = this.at;
    this.at += size;
    return from;
  }

  u8(what: string): number {
    return this.#view.getUint8(this.#take(1, what));
  }

  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), this.#little);
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), this.#little);
  }

  big(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), this.#little);
  }

  /** A 64-bit size or offset; no file has one of 2^53 or more. */
  u64(what: string): number {
    const value = this.big(what);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      this.at -= 8;
      this.fail(`${what} is ${value}, which no file can hold`);
    }
    return Number(value);
  }

  block(size: number, what: string): Uint8Array {
    const from = this.#take(size, what);
    return this.bytes.subarray(from, from + size);
  }

  /** Up to the next NUL, which is passed over. */
  string(what: string): string {
    const part = this.bytes.subarray(this.at, this.at + longestString);
    const length = part.indexOf(0);
    if (length < 0) this.fail(`${what} does not end with a NUL`);
    this.at += length + 1;
    return utf8.decode(part.subarray(0, length));
  }

  /** A fixed word such as "header_page", with its NUL. */
  word(expected: string): void {
    const start = this.at;
    const found = this.left > expected.length ? textOf(this.block(expected.length + 1, expected)) : '';
    if (found === expected) return;
    this.at = start;
    this.fail(`${JSON.stringify(expected)} was expected`);
  }
}
