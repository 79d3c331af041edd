import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { empty, StoreError, streamId } from '@custody/log';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type KurrentLogOptions, openKurrentLog } from './index.ts';
import { doubleForTests, freshPrefix, numbered, readAll } from './testing/given.testing.ts';

const double = doubleForTests({ maxAppendSize: 100_000 });
const run = streamId('run-1');
const directory = mkdtempSync(join(tmpdir(), 'custody-kurrent-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => double().refuse(undefined));

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const open = (options: KurrentLogOptions = {}) => openKurrentLog(double().url, { prefix: freshPrefix(), ...options });

const said = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreError);
  return (error as Error).message;
};

describe('a server that', () => {
  it('is not there is said to be so soon, for appending and for reading', async () => {
    await using log = await openKurrentLog('kurrentdb://127.0.0.1:1?tls=false');
    const cannot = (what: string) =>
      `Cannot ${what} "run-1" on kurrentdb://127.0.0.1:1: it cannot be reached, or not so;`;
    expect(await said(log.append(run, numbered(1), empty))).toContain(cannot('append to'));
    expect(await said(log.head(run))).toContain(cannot('read'));
    expect(await said(readAll(log, run))).toContain(cannot('read'));
  });

  it('goes away is waited for, and then told of', async () => {
    await using log = await open({ patience: 300 });
    await log.append(run, numbered(1), empty);
    await double().stop();
    const message = await said(log.append(run, numbered(1), empty));
    await double().start();
    expect(message).toMatch(/^Cannot (append to|read) "\S+run-1" on kurrentdb:\/\/127.0.0.1:\d+: it cannot be reached/);
  });

  it('comes back in time is not told of', async () => {
    await using log = await open();
    const head = await log.append(run, numbered(1), empty);
    await double().stop();
    const appended = log.append(run, numbered(1, 1), head);
    await new Promise((wake) => setTimeout(wake, 200));
    await double().start();
    expect(await appended).toBe(2);
    expect(await readAll(log, run)).toEqual(numbered(2));
  });

  it('comes only after the first try is found', async () => {
    await double().stop();
    await using log = await open();
    expect(await said(log.head(run))).toContain('it cannot be reached');
    await double().start();
    expect(await log.head(run)).toBe(0);
    expect(await log.append(run, numbered(1), empty)).toBe(1);
  });

  it.each(['UNAUTHENTICATED', 'PERMISSION_DENIED'] as const)(
    'answers %s is said to want other credentials',
    async (code) => {
      double().refuse(code);
      await using log = await open();
      const message =
        'it does not let these credentials do that; give those of a user who may, as user:password in a file';
      expect(await said(log.append(run, numbered(1), empty))).toContain(message);
    },
  );

  it('is unavailable is said to be so, and that an append may have been stored', async () => {
    await using log = await open({ patience: 100 });
    double().refuse('UNAVAILABLE');
    expect(await said(log.append(run, numbered(1), empty))).toContain('it cannot be reached, or not so;');
  });

  it('does not answer in time is said to be so, and that it is not known what it did', async () => {
    await using log = await open({ timeout: 100, patience: 150 });
    double().delay(400);
    const message = await said(log.append(run, numbered(1), empty));
    double().delay(0);
    expect(message).toContain('it did not answer in time; see how it is, and try again; it is not known whether');
  });

  it('has had the stream tombstoned is said to need another prefix', async () => {
    const prefix = freshPrefix();
    await using log = await open({ prefix });
    await log.append(run, numbered(1), empty);
    double().streams.tombstone(`${prefix}run-1`, 'any');
    const message = 'somebody has tombstoned the stream there, so its name cannot be used again; use another prefix';
    expect(await said(log.head(run))).toContain(message);
    expect(await said(log.append(run, numbered(1), empty))).toContain(message);
  });
});

describe('an append that is too large', () => {
  const large = [{ type: 'Large', data: Array.from({ length: 40_000 }, () => Math.random()) }];

  it('is refused before it is sent, with nothing stored', async () => {
    await using log = await open({ appendBytes: 90_000 });
    expect(await said(log.append(run, large, empty))).toMatch(
      /^Cannot append 1 events to "run-1" on \S+: they take \d+ bytes and one append may hold 90000; append fewer/,
    );
    expect(await log.head(run)).toBe(0);
  });

  it('is explained when only the server finds it so', async () => {
    await using log = await open();
    expect(await said(log.append(run, large, empty))).toContain('it takes less in one append than this');
    expect(await log.head(run)).toBe(0);
  });
});

describe('an address', () => {
  const opened = (address: string, options?: KurrentLogOptions) => openKurrentLog(address, options);

  it.each([
    ['http://localhost', 'it is not of the form kurrentdb://host:port?tls=false'],
    ['kurrentdb://', 'it is not of the form kurrentdb://host:port?tls=false'],
    ['kurrentdb://me:secret@localhost?tsl=false', 'its parameter "tsl" is not known or empty'],
    ['kurrentdb://me:secret@localhost:port', 'Unexpected'],
    ['kurrentdb://localhost?prefix=a/b', 'its prefix "a/b" may hold letters, digits and . _ : - only'],
    ['kurrentdb://secret@localhost', 'before its @ stands no user:password'],
    ['kurrentdb://me:secret%zz@localhost', 'a % in its user or password is not followed by two hexadecimal digits'],
    ['kurrentdb://localhost?tlsCAFile=/nowhere/ca.pem', 'its CA file /nowhere/ca.pem cannot be read'],
  ])('is refused without its secret: %s', async (address, why) => {
    const error = await opened(address).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect((error as Error).message).toContain(why);
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });

  it('may leave the credentials to a file, which is not quoted either', async () => {
    const credentialsFile = file('credentials', 'me:secret\n');
    const bad = file('bad-credentials', 'secret\n');
    await using log = await opened('kurrentdb://127.0.0.1:1?tls=true', { credentialsFile });
    const error = await log.append(run, numbered(1), empty).catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
    expect(await said(opened('kurrentdb://localhost', { credentialsFile: bad }))).toContain(
      `the credentials file ${bad} holds no line of the form user:password; write one`,
    );
  });
});
