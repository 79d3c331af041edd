import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one exhaustive run of SPIN's verifier said, and how long it took. */
export interface SpinRun {
  readonly states: number;
  readonly transitions: number;
  /** Failed assertions and invalid end states together. */
  readonly errors: number;
  /** What each error was, and how often: `assertion violated I4`, `invalid end state`. */
  readonly found: ReadonlyMap<string, number>;
  /** Of the whole process, as the verifier counts it. */
  readonly bytes: number;
  readonly seconds: number;
}

/** A model made into a verifier. */
export interface Verifier {
  /**
   * Every state, without reductions; `expected` says how large to make its hash table. pan prints 8 digits: above 100
   * million the counts are rounded.
   */
  run(expected: number): SpinRun;
}

/** pan names each error as it finds it, which can be more than fits in memory: counted on the way, and said at the end. */
const counting = String.raw`awk '
  /^pan:[0-9]+:/ { sub(/^pan:[0-9]+: */, ""); sub(/ *\(at depth.*/, ""); found[$0]++; next }
  { print }
  END { for (what in found) print "found " found[what] ": " what }'`;
const foundIn = (said: string): ReadonlyMap<string, number> =>
  new Map([...said.matchAll(/^found (\d+): (.*)$/gm)].map(([, times, what]) => [what as string, Number(times)]));

const maxDepth = 10_000;
const isThere = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;

const must = (program: string, args: readonly string[], folder: string): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  throw new Error(`Cannot run "${program} ${args.join(' ')}" as it ended with ${status}: ${error ?? stdout + stderr}`);
};

/** What SPIN calls itself; null when it, or the compiler it needs, is not installed. */
export const spinVersion = (): string | null => {
  if (!isThere('spin', '-V') || !isThere('gcc', '--version')) return null;
  return must('spin', ['-V'], tmpdir()).trim();
};

const numberIn = (text: string, pattern: RegExp): number => {
  const [, digits] = pattern.exec(text) ?? [];
  if (digits === undefined) throw new Error(`Cannot read what pan printed as ${pattern} is not in it: ${text}`);
  return Number(digits);
};

const verifierIn = (folder: string, promela: string, optimize: string): Verifier => {
  writeFileSync(join(folder, 'model.pml'), promela);
  // No merging of steps and no variable left out, so that its states and transitions are ours.
  must('spin', ['-a', '-o2', '-o3', 'model.pml'], folder);
  must('gcc', [optimize, '-DSAFETY', '-DNOREDUCE', '-w', '-o', 'pan', 'pan.c'], folder);
  return {
    run: (expected) => {
      const slots = Math.max(16, Math.ceil(Math.log2(expected)));
      const began = performance.now();
      // -c0: count every error and stop at none; -n: no listing of what was not reached.
      const said = must('sh', ['-c', `./pan -c0 -n -m${maxDepth} -w${slots} | ${counting}`], folder);
      const seconds = (performance.now() - began) / 1000;
      if (/max search depth too small|out of memory/.test(said)) {
        throw new Error(`Cannot compare with SPIN as its search was cut short: ${said}`);
      }
      const states = numberIn(said, /([\d.e+]+) states, stored/);
      return {
        states,
        // pan counts the entry into the initial state as one.
        transitions: states + numberIn(said, /([\d.e+]+) states, matched/) - 1,
        errors: numberIn(said, /errors: (\d+)/),
        found: foundIn(said),
        bytes: numberIn(said, /([\d.]+)\s+total actual memory usage/) * 2 ** 20,
        seconds,
      };
    },
  };
};

/**
 * Hands a verifier of the model to `use`, and removes it afterwards.
 *
 * @param optimize what the compiler is told; `-O0` where its time counts and the verifier's does not.
 * @throws Error when SPIN or the compiler refuse the model.
 */
export const withVerifier = <Result>(
  promela: string,
  use: (verifier: Verifier) => Result,
  optimize: '-O0' | '-O2' = '-O2',
): Result => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-spin-'));
  try {
    return use(verifierIn(folder, promela, optimize));
  } finally {
    rmSync(folder, { recursive: true });
  }
};
