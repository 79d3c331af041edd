/** Imports the trace that the JSON in the first argument names into a store of its own, and prints a `ReadRun`. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLog } from '@custody/log-sqlite';
import { workbench } from '@custody/workbench';
import { printRun } from './print-run.ts';

const { file } = JSON.parse(process.argv[2] ?? '') as { readonly file: string };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const importAll = async (): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-bench-'));
  const log = await openSqliteLog(join(folder, 'store.db'));
  try {
    const desk = workbench({
      log,
      now: () => new Date().toISOString(),
      digest: sha256,
      running: () => {
        const hash = createHash('sha256');
        return { add: (text) => void hash.update(text), end: () => hash.digest('hex') };
      },
      newId: () => 'none',
    });
    const topology = readFileSync(new URL('../../../fixtures/6.1-race/topology.json', import.meta.url), 'utf8');
    const source = { open: () => createReadStream(file) };
    const { lines } = await desk.importRecording({ file, title: 'bench', source, topology });
    return lines;
  } finally {
    await log[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  }
};

await printRun(importAll);
