import type { EventFormat } from './event-format.ts';

/** An event of any format, little endian, 64 bits: numbers that depend on its id alone, and texts. */
export const anyEvent = (format: EventFormat): Uint8Array => {
  let state = format.id;
  // A linear congruential generator; its low bits are poor, so the high ones are taken.
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const numbers = [
    () => 0n,
    () => BigInt(next(16)),
    () => BigInt(next(2 ** 24)),
    () => (BigInt(next(2 ** 32)) << 32n) | BigInt(next(2 ** 32)),
    () => 0xffff_ffff_8100_0000n + BigInt(next(2 ** 24)),
  ];
  const texts = ['dev0', 'a b', 'x'];
  const fields = [...format.fields.values()];
  const fixed = Math.max(...fields.map(({ offset, size }) => offset + size));
  const bytes = new Uint8Array(fixed + 64 * (1 + fields.length));
  const view = new DataView(bytes.buffer);
  let end = (fixed + 3) & ~3;
  for (const { offset, size, array, dynamic, type } of fields) {
    const isText = /\bchar\b/.test(type);
    if (dynamic !== null) {
      const data = isText
        ? new TextEncoder().encode(`${texts[next(3)]}\0`)
        : Uint8Array.from({ length: 16 }, () => next(256));
      const at = dynamic === 'relative' ? end - offset - size : end;
      bytes.set(data, end);
      view.setUint32(offset, (data.length << 16) | at, true);
      end = (end + data.length + 3) & ~3;
    } else if (array) {
      const data = isText
        ? new TextEncoder().encode(texts[next(3)])
        : Uint8Array.from({ length: size }, () => next(256));
      bytes.set(data.subarray(0, isText ? Math.max(size - 1, 0) : size), offset);
    } else {
      const value = numbers[next(numbers.length)]?.() ?? 0n;
      for (let byte = 0; byte < size; byte += 1) bytes[offset + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
    }
  }
  view.setUint16(0, format.id, true);
  view.setInt32(4, 100 + (format.id % 3), true);
  return bytes.slice(0, end);
};
