import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DamagedBundleError, writeBundle } from '@custody/bundle';
import { memoryLog } from '@custody/log';
import { workbench } from '@custody/workbench';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFile } from './import-file.ts';
import { printer } from './print.ts';
import { runningDigest } from './store.ts';
import { toFile } from './write-out.ts';

const print = printer({ json: false, mail: false, quiet: true }, { out: () => {}, err: () => {} });

const newDesk = () => {
  const log = memoryLog();
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const desk = workbench({
    log,
    now: () => '2026-11-22T20:00:00.000Z',
    digest,
    running: runningDigest,
    newId: () => 'n1',
  });
  return { log, desk };
};

const folder = mkdtempSync(join(tmpdir(), 'custody-bundle-'));
const path = join(folder, 'run.custody');
let bundle: Buffer;
beforeAll(async () => {
  const { desk } = newDesk();
  const { run } = await importFile(desk, print, fileURLToPath(new URL('../../../fixtures/6.1-basic', import.meta.url)));
  await toFile(path, writeBundle(await desk.pack(run)));
  bundle = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A refusal with a place, and not a trace of it in the store. */
const expectRefused = async (bytes: Uint8Array): Promise<void> => {
  const { log, desk } = newDesk();
  writeFileSync(path, bytes);
  await expect(importFile(desk, print, path)).rejects.toBeInstanceOf(DamagedBundleError);
  expect(await log.streams()).toEqual([]);
};

describe('a real recording as a bundle', () => {
  it('is refused whole, whichever bit was changed and wherever it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bundle.length - 1), fc.nat(7), async (at, bit) => {
        await expectRefused(Buffer.from(bundle).fill((bundle[at] ?? 0) ^ (1 << bit), at, at + 1));
        if (at > 0) await expectRefused(bundle.subarray(0, at));
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
