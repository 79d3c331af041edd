import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { cpio } from './cpio.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const entries = [
  { path: 'init', mode: 0o755, bytes: bytes('#!') },
  { path: 'etc/custody/config', mode: 0o644, bytes: bytes('clock=mono\n') },
  { path: 'empty', mode: 0o600, bytes: bytes('') },
];

/** A stranger's machine may have none. */
const listing = (archive: Uint8Array) =>
  spawnSync('sh', ['-c', 'command -v cpio > /dev/null || exit 77; exec cpio -tv --quiet'], {
    input: archive,
    encoding: 'utf8',
  });

const hasCpio = listing(cpio([])).status !== 77;

describe('the archive of an image', () => {
  it('is a row of records, each with its header, name and body on words of four bytes', () => {
    const archive = Buffer.from(cpio(entries.slice(0, 1)));
    expect(archive.subarray(0, 6).toString()).toBe('070701');
    expect(archive.length % 4).toBe(0);
    // 110 bytes of header and "init\0" are 115, so the body stands at 116.
    expect(archive.subarray(110, 118).toString()).toBe('init\0\0#!');
    expect(archive.subarray(120, 126).toString()).toBe('070701');
    expect(archive.toString()).toContain('TRAILER!!!');
  });

  it('says of a file its permissions and its length, in hex', () => {
    const archive = Buffer.from(cpio(entries.slice(0, 1)));
    expect(Number.parseInt(archive.subarray(14, 22).toString(), 16)).toBe(0o100755);
    expect(Number.parseInt(archive.subarray(54, 62).toString(), 16)).toBe(2);
  });

  it('is the same for the same entries', () => {
    expect(cpio(entries)).toEqual(cpio(entries));
  });

  it.skipIf(!hasCpio)('is read by cpio(1), with the folders of its files', () => {
    const { stdout, status } = listing(cpio(entries));
    const listed = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' ').split(' '))
      .map((words) => [words[0], words[4], words.at(-1)]);
    expect(status).toBe(0);
    expect(listed).toEqual([
      ['drwxr-xr-x', '0', 'etc'],
      ['drwxr-xr-x', '0', 'etc/custody'],
      ['-rwxr-xr-x', '2', 'init'],
      ['-rw-r--r--', '11', 'etc/custody/config'],
      ['-rw-------', '0', 'empty'],
    ]);
  });
});
