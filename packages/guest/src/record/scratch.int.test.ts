import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newScratch } from './scratch.ts';

describe('a recorder’s folder', () => {
  it('is gone afterwards, with all that is in it', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'custody-test-'));
    try {
      const scratch = await newScratch(parent);
      writeFileSync(join(scratch.folder, 'machine'), 'much');
      await scratch[Symbol.asyncDispose]();
      expect(readdirSync(parent)).toEqual([]);
    } finally {
      rmSync(parent, { recursive: true });
    }
  });

  it('takes those of killed recorders with it, and leaves those of others that work', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'custody-test-'));
    try {
      const { pid: dead } = spawnSync('true');
      const [left, working, other] = [`custody-guest-${dead}-abc`, `custody-guest-${process.pid}-abc`, 'something'];
      for (const name of [left, working, other]) mkdirSync(join(parent, name));
      await (await newScratch(parent))[Symbol.asyncDispose]();
      expect([left, working, other].map((name) => existsSync(join(parent, name)))).toEqual([false, true, true]);
    } finally {
      rmSync(parent, { recursive: true });
    }
  });

  it('says where it could not be made', async () => {
    await expect(newScratch('/nowhere')).rejects.toThrow('Cannot make a folder for the guest in /nowhere: ENOENT');
  });
});
