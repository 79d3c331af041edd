/** Bytes being written, in an array that grows. */
export class Writer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 65_536) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `more` bytes. @returns where they may be written, and counts them as written. */
  #take(more: number): number {
    const at = this.#length;
    this.#length += more;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }

  /** A whole number of `width` bytes (0 to 4), the lowest first. */
  fixed(value: number, width: number): void {
    const at = this.#take(width);
    for (let byte = 0, rest = value; byte < width; byte += 1, rest >>>= 8) this.#bytes[at + byte] = rest;
  }

  /** The first `count` of whole numbers, each above `base` by less than 256 ** width. */
  column(values: ArrayLike<number>, count: number, base: number, width: number): void {
    let at = this.#take(count * width);
    const bytes = this.#bytes;
    for (let row = 0; row < count; row += 1) {
      let rest = (values[row] as number) - base;
      for (let byte = 0; byte < width; byte += 1, rest >>>= 8) bytes[at++] = rest;
    }
  }

  /** A safe whole number of 0 or more: seven bits a byte, the lowest first, the high bit set but in the last. */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.fixed((rest % 128) + 128, 1);
      rest = Math.floor(rest / 128);
    }
    this.fixed(rest, 1);
  }

  /** Eight bytes, the lowest first. */
  float(value: number): void {
    const at = this.#take(8);
    this.#bytes.writeDoubleLE(value, at);
  }

  /** @returns how many bytes it took. */
  text(value: string, encoding: 'utf8' | 'utf16le'): number {
    const at = this.#take(value.length * (encoding === 'utf8' ? 3 : 2));
    const took = this.#bytes.write(value, at, encoding);
    this.#length = at + took;
    return took;
  }

  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
  }

  /** What has been written; it stays as it is only until more is. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Reads what a `Writer` wrote. Every method throws a RangeError when there are not that many bytes left. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Steps over `count` bytes. @returns where they begin. */
  skip(count: number): number {
    if (!(count <= this.left))
      throw new RangeError(`${count} bytes should follow at byte ${this.#at}, ${this.left} do`);
    const at = this.#at;
    this.#at += count;
    return at;
  }

  byte(): number {
    return this.#bytes[this.skip(1)] as number;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError(`the number before byte ${this.#at} has no end`);
  }

  float(): number {
    return this.#bytes.readDoubleLE(this.skip(8));
  }

  /** All the bytes, for what was stepped over. */
  get all(): Buffer {
    return this.#bytes;
  }
}

/** The whole number of `width` bytes (0 to 4) at `at`; the caller has checked that they are there. */
export const fixedAt = (bytes: Uint8Array, at: number, width: number): number => {
  switch (width) {
    case 0:
      return 0;
    case 1:
      return bytes[at] as number;
    case 2:
      return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    case 3:
      return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    default:
      return (
        ((bytes[at] as number) |
          ((bytes[at + 1] as number) << 8) |
          ((bytes[at + 2] as number) << 16) |
          ((bytes[at + 3] as number) << 24)) >>>
        0
      );
  }
};

/** How many bytes (0 to 4) whole numbers of 0 to `greatest` take; undefined when it is more. */
export const widthOf = (greatest: number): number | undefined => {
  if (greatest === 0) return 0;
  if (greatest < 2 ** 8) return 1;
  if (greatest < 2 ** 16) return 2;
  if (greatest < 2 ** 24) return 3;
  return greatest < 2 ** 32 ? 4 : undefined;
};
