import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
/** The command as a person has it. */
export const launcher = join(root, 'apps/custody/bin/custody.mjs');
export const fixture = (name: string): string => join(root, 'fixtures', name);

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A store of its own in a folder of its own. */
export const newStore = () => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-e2e-'));
  const store = join(folder, 'custody.db');
  const env = { ...process.env, CUSTODY_STORE: store, NO_COLOR: '1' };
  const custody = (...words: readonly string[]): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...words], {
      encoding: 'utf8',
      env,
      maxBuffer: 1 << 28,
    });
    return { code: status, out: stdout, err: stderr };
  };
  return {
    folder,
    store,
    env,
    custody,
    /** As `custody`, with `--json` and its one document read. */
    // biome-ignore lint/suspicious/noExplicitAny: the document is what the test is about
    json: (...words: readonly string[]): any => JSON.parse(custody(...words, '--json').out),
    /** NDJSON, a document a line. */
    // biome-ignore lint/suspicious/noExplicitAny: the documents are what the test is about
    lines: (...words: readonly string[]): any[] =>
      custody(...words, '--json')
        .out.split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    start: (...words: readonly string[]) => spawn(process.execPath, [launcher, ...words], { env, stdio: 'pipe' }),
    remove: () => rmSync(folder, { recursive: true }),
  };
};

export type TestStore = ReturnType<typeof newStore>;
