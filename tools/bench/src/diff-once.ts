/** Aligns keys once beside GNU diff, as the JSON in the first argument says; prints a `DiffRun`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { align } from '@custody/compare';
import { chanceOf } from './chance.ts';
import type { DiffRequest, DiffRun } from './diff-run.ts';

const { of, keys, minimal } = JSON.parse(process.argv[2] ?? '') as DiffRequest;
const kinds = 800;

/** Like the keys of a recorded race: some are met much more often than others. */
const skewed = (): Int32Array => {
  const chance = chanceOf(1);
  return Int32Array.from({ length: keys }, () => Math.min(chance(kinds), chance(kinds)));
};

/** Two loops of twelve steps, now and then with something else in them. */
const repetitive = (): Int32Array => {
  const chance = chanceOf(1);
  return Int32Array.from({ length: keys }, (_, at) => (chance(100) === 0 ? 12 + chance(kinds) : at % 12));
};

/** Every so many keys one is left out, replaced or followed by another. */
const edited = (left: Int32Array, perThousand: number): Int32Array => {
  const chance = chanceOf(2);
  const right: number[] = [];
  for (const key of left) {
    if (chance(1000) >= perThousand) {
      right.push(key);
      continue;
    }
    const how = chance(3);
    if (how !== 0) right.push(chance(kinds));
    if (how === 2) right.push(key);
  }
  return Int32Array.from(right);
};

const inserted = (left: Int32Array): Int32Array => {
  const chance = chanceOf(3);
  const middle = left.length >> 1;
  const block = Array.from({ length: Math.min(10_000, left.length) }, () => chance(kinds));
  // A few edits elsewhere, or what both have at their ends would leave nothing to align.
  return edited(Int32Array.from([...left.subarray(0, middle), ...block, ...left.subarray(middle)]), 1);
};

const sides = (): readonly [Int32Array, Int32Array] => {
  const left = of.startsWith('repetitive') ? repetitive() : skewed();
  switch (of) {
    case '0.1 % edited':
      return [left, edited(left, 1)];
    case '5 % edited':
      return [left, edited(left, 50)];
    case '10,000 inserted':
      return [left, inserted(left)];
    default:
      return [left, edited(left, 10)];
  }
};

const [left, right] = sides();
// Code is slow before it has run for a while.
align(left.subarray(0, 50_000), right.subarray(0, 50_000));
const began = process.cpuUsage();
const { matches } = align(left, right);
const { user, system } = process.cpuUsage(began);
const bytes = process.resourceUsage().maxRSS * 1024;
const shared = matches.reduce((sum, match) => (match < 0 ? sum : sum + 1), 0);

const directory = mkdtempSync(join(tmpdir(), 'custody-bench-'));
const written = (name: string, of: Int32Array): string => {
  const path = join(directory, name);
  writeFileSync(path, `${of.join('\n')}\n`);
  return path;
};

/** GNU diff of the same keys as lines: its CPU time, and how many lines only one side has. */
const gnuDiff = (option: string, paths: readonly string[]): DiffRun['gnu'] => {
  const script = `TIMEFORMAT='%U %S'; time diff ${option} "$0" "$1" > "$2"; grep -c '^[<>]' "$2"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, ...paths, join(directory, 'out')], { encoding: 'utf8' });
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number);
  return { cpu: (user + system) * 1000, edits: Number(stdout) };
};

try {
  const paths = [written('left', left), written('right', right)];
  const result: DiffRun = {
    ours: { cpu: (user + system) / 1000, edits: left.length + right.length - 2 * shared },
    gnu: gnuDiff('-H', paths),
    least: minimal ? gnuDiff('-d', paths).edits : null,
    bytes,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
