import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { empty, streamId } from '@custody/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KurrentDouble, startDouble } from './double/kurrent-double.testing.ts';
import { type KurrentLogOptions, openKurrentLog } from './index.ts';
import { numbered, readAll } from './testing/given.testing.ts';

const run = streamId('run-1');
const directory = mkdtempSync(join(tmpdir(), 'custody-kurrent-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = (name: string): string => join(directory, name);

/** Not on every machine; where it is not, nothing here runs. */
const tool = 'openssl';
const openssl = (...words: readonly string[]) => execFileSync(tool, words, { cwd: directory, stdio: 'ignore' });

/** An authority and its certificate for localhost, made anew as no key should lie in a repository. */
const makeCertificates = (): boolean => {
  try {
    const fresh = ['-newkey', 'rsa:2048', '-nodes'];
    openssl('req', '-x509', ...fresh, '-days', '2', '-subj', '/CN=test', '-keyout', 'ca-key.pem', '-out', 'ca.pem');
    openssl('req', ...fresh, '-subj', '/CN=localhost', '-keyout', 'key.pem', '-out', 'request.pem');
    writeFileSync(path('extensions'), 'subjectAltName=DNS:localhost');
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', 'extensions'];
    openssl('x509', '-req', '-in', 'request.pem', '-days', '2', ...authority, '-out', 'certificate.pem');
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(!makeCertificates())('a secured server', () => {
  let double: KurrentDouble;
  beforeAll(async () => {
    const [key, certificate] = [readFileSync(path('key.pem')), readFileSync(path('certificate.pem'))];
    double = await startDouble({ secured: { key, certificate, user: 'me:se:cret%@' } });
    writeFileSync(path('user'), 'me:se:cret%@\n');
  });
  afterAll(() => double.stop());

  const open = (address: (url: string) => string, options: KurrentLogOptions) =>
    openKurrentLog(address(double.url), { caFile: path('ca.pem'), ...options });

  it.each<[string, (url: string) => string, KurrentLogOptions]>([
    ['a file', (url) => url, { credentialsFile: path('user') }],
    ['the address', (url) => url.replace('://', `://me:${encodeURIComponent('se:cret%@')}@`), {}],
  ])('is written, read and followed with credentials from %s', async (from, address, options) => {
    await using log = await open(address, { ...options, prefix: from.replace(' ', '-') });
    expect(await log.append(run, numbered(2), empty)).toBe(2);
    expect(await readAll(log, run)).toEqual(numbered(2));
    const events = log.follow(run, empty, new AbortController().signal)[Symbol.asyncIterator]();
    expect(await events.next()).toEqual({ done: false, value: numbered(1)[0] });
    await log.remove(run);
    expect(await log.head(run)).toBe(0);
  });

  it('refuses wrong credentials, and nobody prints them', async () => {
    await using log = await open((url) => url.replace('://', '://me:wrongpassword@'), {});
    for (const call of [() => log.append(run, numbered(1), empty), () => log.head(run)]) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'StoreError' });
      expect((error as Error).message).toContain('it does not let these credentials do that');
      expect(inspect(error, { depth: 9 })).not.toMatch(/wrongpassword|d3Jvbmdw/);
    }
  });

  it('is not spoken to when its certificate is not trusted', async () => {
    await using log = await openKurrentLog(double.url, { credentialsFile: path('user') });
    await expect(log.append(run, numbered(1), empty)).rejects.toThrow('it cannot be reached, or not so');
    await expect(log.head(run)).rejects.toThrow('it cannot be reached, or not so');
  });

  it('is not spoken to without TLS', async () => {
    await using log = await openKurrentLog(`${double.url}?tls=false`, { credentialsFile: path('user') });
    await expect(log.append(run, numbered(1), empty)).rejects.toThrow('it cannot be reached, or not so');
  });
});
