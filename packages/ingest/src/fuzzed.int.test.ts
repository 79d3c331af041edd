import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { besideProject, type Campaign, type CampaignName } from './fuzzing.testing.ts';

/** How many damaged files are imported of each format; FUZZ_RUNS raises it. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 200);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);

const script = fileURLToPath(new URL('fuzzing.testing.ts', import.meta.url));
/** Far more than any file may take, so that what hangs is told from what is slow. */
const patience = 20_000;

/** @throws Error with the seed, when the process dies or is killed as it hangs. */
const campaign = async (name: CampaignName, count: number): Promise<Campaign> => {
  const child = spawn(process.execPath, ['--no-warnings', script, name, String(firstSeed), String(count)]);
  const complaints: string[] = [];
  child.stderr.on('data', (text) => complaints.push(String(text)));
  const closed = once(child, 'close');
  let last = '';
  let watchdog: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill('SIGKILL'), patience);
  };
  wait();
  for await (const line of createInterface({ input: child.stdout })) {
    wait();
    last = line;
  }
  clearTimeout(watchdog);
  const [code, signal] = await closed;
  if (code === 0) return JSON.parse(last) as Campaign;
  throw new Error(`The import of the file with seed ${last} ended with ${code ?? signal}: ${complaints.join('')}`);
};

const mebibyte = 1024 * 1024;

const told = (name: string, { files, refused, noticed, unharmed, unnoticed, slowest, memory }: Campaign): string => {
  const share = (count: number): string => `${count} (${((100 * count) / files).toFixed(1)} %)`;
  return (
    `${name}: ${files} files from seed ${firstSeed}: ${share(refused)} refused, ${share(noticed)} imported with a finding ` +
    `of the damage, ${share(unharmed)} with all facts as they were, ${share(unnoticed)} with others that might be so; ` +
    `the slowest took ${slowest.ms} ms (seed ${slowest.seed}), memory grew by ${Math.ceil(memory / mebibyte)} MiB\n`
  );
};

describe.each([
  ['text', runs],
  ['trace.dat', runs],
  // Twenty times as large as the others are.
  ['trace.dat beside', Math.ceil(runs / 10)],
] as const)('damaged files, %s', (name, count) => {
  it.skipIf(name === 'trace.dat beside' && !existsSync(besideProject))(
    `are imported or refused with a reason, each in 2 s, all in 256 MB (${count} files)`,
    { timeout: 60_000 + count * 2000 },
    async () => {
      const came = await campaign(name, count);
      process.stdout.write(told(name, came));
      expect(came.broken).toEqual([]);
      expect(came.refused + came.noticed + came.unharmed + came.unnoticed).toBe(count);
      expect(came.memory).toBeLessThan(256 * mebibyte);
    },
  );
});
