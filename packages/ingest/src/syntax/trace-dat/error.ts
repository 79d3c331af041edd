/** Thrown when bytes are not a trace.dat that can be read; the message says what is wrong and at which byte. */
export class TraceDatError extends Error {
  override readonly name = 'TraceDatError';
  readonly byte: number;
  constructor(what: string, byte: number) {
    super(`Cannot read this trace.dat: at byte ${byte}, ${what}`);
    this.byte = byte;
  }
}
