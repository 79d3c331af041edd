import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The lines that a large trace is made of: 8 s of a real race on 6.1. */
const recording = new URL('../../../fixtures/6.1-race/stream.trace.gz', import.meta.url);

/** A line in two: what stands before its time, with the time's seconds and microseconds, and what behind. */
const timeShape = /^(.{20,60}?)(\d+)\.(\d{6})(: .*\n)$/s;

/**
 * Writes a trace of at least `size` bytes: the recording again and again, each time later by as long as it took.
 *
 * @returns its size in bytes.
 */
export const writeTrace = (path: string, size: number): number => {
  const lines = gunzipSync(readFileSync(recording))
    .toString('utf8')
    .split(/(?<=\n)/)
    .map((line) => {
      const [, before, seconds, micros, behind] = timeShape.exec(line) ?? [];
      if (before === undefined) throw new Error(`Cannot make a trace of "${line}" as it has no time`);
      return { before, at: Number(seconds) * 1e6 + Number(micros), behind };
    });
  const first = lines[0]?.at ?? 0;
  const taken = (lines.at(-1)?.at ?? 0) - first + 1;
  const file = openSync(path, 'w');
  let written = 0;
  for (let round = 0; written < size; round += 1) {
    const text = lines.map(({ before, at, behind }) => {
      const later = String(at + round * taken);
      return `${before}${later.slice(0, -6)}.${later.slice(-6)}${behind}`;
    });
    written += writeSync(file, text.join(''));
  }
  closeSync(file);
  return written;
};
