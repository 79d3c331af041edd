import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idsIn, newGuest, newServer, until } from './testing.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'custody-tls-'));
const pem = (name: string): Buffer => readFileSync(join(folder, name));
const usual = getCACertificates('default');

/** A certificate for localhost that signs itself, made anew as no key should lie in a repository. */
beforeAll(() => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...made, '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder, stdio: 'ignore' });
});
afterAll(() => {
  setDefaultCACertificates(usual);
  rmSync(folder, { recursive: true, force: true });
});

describe('a server with a certificate', () => {
  it('is joined by who trusts it, and by nobody else', async () => {
    await using server = await newServer({ host: 'localhost', tls: { cert: pem('cert.pem'), key: pem('key.pem') } });
    expect(server.url).toMatch(/^wss:\/\/localhost:\d+$/);
    {
      await using stranger = await newGuest(server.url, 'bob');
      await new Promise((wake) => setTimeout(wake, 300));
      expect(stranger.heard).not.toContainEqual(expect.objectContaining({ what: 'connected' }));
    }
    setDefaultCACertificates([...usual, pem('cert.pem').toString()]);
    await using ada = await newGuest(server.url, 'ada');
    await ada.write('a1');
    await until(async () => (await idsIn(server.log)).includes('a1'));
    await expect(fetch(server.url.replace('wss', 'http'))).rejects.toThrow();
  });
});
