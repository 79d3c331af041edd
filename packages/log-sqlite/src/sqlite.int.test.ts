import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const sqlite = fileURLToPath(new URL('./sqlite.ts', import.meta.url));
const stderrOf = (script: string): string =>
  spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stderr;

describe('loading node:sqlite', () => {
  it('says nothing of its being experimental', () => {
    expect(stderrOf(`await import(${JSON.stringify(sqlite)})`)).toBe('');
  });

  it('leaves every other warning as it is', () => {
    const script = `await import(${JSON.stringify(sqlite)}); process.emitWarning('kept', 'ExperimentalWarning')`;
    expect(stderrOf(script)).toContain('ExperimentalWarning: kept');
  });
});
