import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { memoryLog } from '@custody/log';
import { workbench } from '@custody/workbench';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImportedFile, importFile } from './import-file.ts';
import { printer } from './print.ts';
import { runningDigest } from './store.ts';

const print = printer({ json: false, mail: false, quiet: true }, { out: () => {}, err: () => {} });
const fixture = fileURLToPath(new URL('../../../fixtures/6.1-basic', import.meta.url));
const text = gunzipSync(readFileSync(join(fixture, 'stream.trace.gz')));
const folder = mkdtempSync(join(tmpdir(), 'custody-unpack-'));
const options = { topology: join(fixture, 'topology.json') };
afterAll(() => rmSync(folder, { recursive: true }));

/** What is imported of a file with these bytes, whose name says nothing of them. */
const importBytes = (bytes: Uint8Array): Promise<ImportedFile> => {
  const path = join(folder, 'trace');
  writeFileSync(path, bytes);
  const digest = (of: string): string => createHash('sha256').update(of).digest('hex');
  const ports = { log: memoryLog(), now: () => '2026-11-26T00:00:00.000Z', digest, running: runningDigest };
  return importFile(workbench({ ...ports, newId: () => 'n' }), print, path, options);
};

let plain: ImportedFile;
beforeAll(async () => {
  plain = await importBytes(text);
});

describe('a trace that is packed', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['gzip in two parts', Buffer.concat([gzipSync(text.subarray(0, 999)), gzipSync(text.subarray(999))])],
    ['zstd', zstdCompressSync(text)],
  ])('with %s is the same run, whatever its name', async (_, bytes) => {
    expect(await importBytes(bytes)).toEqual(plain);
  });

  it.each([
    [
      'a zstd file in two parts',
      Buffer.concat([zstdCompressSync(text), zstdCompressSync(text)]),
      /zstd -dc .* \| custody/,
    ],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00]), /xz -dc .*trace \| custody import -/],
    ['a damaged gzip', gzipSync(text).fill(7, 2000, 2100), /give a copy that gzip -t accepts/],
    ['a damaged zstd', zstdCompressSync(text).fill(7, 2000, 2100), /give a copy that zstd -t accepts/],
    ['a trace.dat in zstd', zstdCompressSync(Buffer.from([0x17, 0x08, 0x44])), /trace-cmd report/],
    ['nothing in gzip', gzipSync(''), /it is empty/],
  ])('is refused when it is %s, with what to do', async (_, bytes, message) => {
    await expect(importBytes(bytes)).rejects.toThrow(message);
  });
});
