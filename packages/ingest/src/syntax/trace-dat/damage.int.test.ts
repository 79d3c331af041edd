import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chance } from '../../damage.testing.ts';
import { TraceDatError } from './error.ts';
import { smallRecording } from './small-recording.testing.ts';
import { fixture, nodeTools } from './trace-cmd.testing.ts';
import { writeVersion6, writeVersion7 } from './trace-dat.testing.ts';
import { readTraceDat } from './trace-dat.ts';

/** How many damaged files are read of each kind; FUZZ_RUNS raises it. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 100);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);

const mebibyte = 1024 * 1024;

const extremes = [0, 1, 3, 0x7f, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xc000_0010, 4096, 65_536];

/** A file with one to four wounds. */
const damaged = (file: Uint8Array, seed: number): Uint8Array => {
  const next = chance(seed);
  let bytes = file.slice();
  for (let wounds = 1 + next(4); wounds > 0 && bytes.length > 16; wounds -= 1) {
    // Half of them where the file keeps its sizes and offsets: near its ends.
    const near = next(2) === 0 ? Math.min(bytes.length, 4096) : bytes.length;
    const at = next(4) === 0 ? bytes.length - 1 - next(near) : next(near);
    switch (next(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
        break;
      case 1:
        bytes = bytes.slice(0, at);
        break;
      case 2:
        if (at + 4 <= bytes.length)
          new DataView(bytes.buffer).setUint32(at, extremes[next(extremes.length)] ?? 0, true);
        break;
      case 3:
        bytes.copyWithin(at, next(bytes.length), next(bytes.length));
        break;
      case 4:
        bytes = new Uint8Array([
          ...bytes.subarray(0, at),
          ...bytes.subarray(Math.min(at + 1 + next(64), bytes.length)),
        ]);
        break;
      case 5:
        bytes.fill(next(256), at, at + 1 + next(64));
        break;
    }
  }
  return bytes;
};

/** Reads all that there is to read; what comes of it is a number of events, or the reason why not. */
const readAll = (file: Uint8Array): number | TraceDatError => {
  let asked = 0;
  const counting = (tool: (bytes: Uint8Array, size: number) => Uint8Array) => (bytes: Uint8Array, size: number) => {
    asked = Math.max(asked, size);
    return tool(bytes, size);
  };
  let events = 0;
  try {
    const read = readTraceDat(file, { inflate: counting(nodeTools.inflate), zstd: counting(nodeTools.zstd) });
    for (const line of read.lines()) {
      if (line.kind !== 'record') continue;
      events += 1;
      const { fields, values, at, tid, comm, name } = line.record;
      if (typeof fields !== 'string' || !Number.isSafeInteger(at)) throw new Error(`${name} of ${comm}-${tid}: ${at}`);
      if (values.size > 10_000) throw new Error(`${name} has ${values.size} values`);
    }
  } catch (error) {
    if (error instanceof TraceDatError) return error;
    throw error;
  }
  expect(asked).toBeLessThanOrEqual(64 * mebibyte);
  return events;
};

const whole = smallRecording();
const zstd = { name: 'zstd', compress: zstdCompressSync };

describe.each([
  ['as it was recorded', fixture(), 0.3],
  ['version 6', writeVersion6(whole), 1],
  ['version 7, not compressed', writeVersion7(whole), 1],
  ['version 7, zstd', writeVersion7(whole, zstd), 1],
] as const)('a damaged trace.dat, %s', (_, file, share) => {
  const count = Math.ceil(runs * share);

  it('is whole before it is damaged', () => {
    expect(readAll(file)).toBe(854);
  });

  it(`gives events or a TraceDatError, within 2 s and 256 MB (${count} files)`, {
    timeout: 60_000 + count * 2000,
  }, () => {
    const before = process.memoryUsage();
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const wounded = damaged(file, seed);
      const start = performance.now();
      let result: ReturnType<typeof readAll>;
      try {
        result = readAll(wounded);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
      expect(performance.now() - start, `seed ${seed}`).toBeLessThan(2000);
      if (result instanceof TraceDatError) expect(result.message, `seed ${seed}`).toMatch(/at byte \d+, /);
      const now = process.memoryUsage();
      expect(now.arrayBuffers + now.heapUsed, `seed ${seed}`).toBeLessThan(
        before.arrayBuffers + before.heapUsed + 256 * mebibyte,
      );
    }
  });
});
