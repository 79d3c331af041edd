/** Bytes that come in pieces of any size, taken in pieces of a wanted one. */
export interface ByteReader {
  /** How many bytes were taken so far. */
  readonly offset: number;
  /** The next `length` bytes; fewer when there are no more. */
  readonly take: (length: number) => Promise<Buffer>;
}

export const byteReader = (pieces: AsyncIterator<Uint8Array>): ByteReader => {
  let waiting: readonly Uint8Array[] = [];
  let held = 0;
  let offset = 0;

  const fill = async (length: number): Promise<void> => {
    while (held < length) {
      const step = await pieces.next();
      if (step.done) return;
      waiting = [...waiting, step.value];
      held += step.value.length;
    }
  };

  /** What waits as one, copied only where it is in several pieces. */
  const joined = (): Buffer => {
    const [first] = waiting;
    if (first === undefined || waiting.length > 1) return Buffer.concat(waiting, held);
    return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
  };

  return {
    get offset() {
      return offset;
    },
    take: async (length) => {
      await fill(length);
      const all = joined();
      const taken = all.subarray(0, length);
      const rest = all.subarray(length);
      waiting = rest.length > 0 ? [rest] : [];
      held = rest.length;
      offset += taken.length;
      return taken;
    },
  };
};
