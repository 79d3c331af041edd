import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, launcher, newStore, type TestStore } from './custody.ts';

let at: TestStore;
beforeAll(() => {
  at = newStore();
  at.custody('import', fixture('6.1-race'), fixture('6.1-basic'));
});
afterAll(() => at.remove());

/** A copy of the store, changed. */
const copy = (name: string, change: (file: Buffer) => void): string => {
  const path = join(at.folder, name);
  const file = readFileSync(at.store);
  change(file);
  writeFileSync(path, file);
  return path;
};

describe('custody doctor', () => {
  it('reads all of a sound store', () => {
    const { store } = at.json('doctor');
    expect(store).toMatchObject({ verdict: 'sound', runs: 2, findings: [], check: { format: 2 } });
    expect(store.check.events).toBeGreaterThan(27_000);
    expect(at.custody('doctor').code).toBe(0);
  });

  it('says which events of which run one flipped bit has damaged: exit 1, and the other run is read', () => {
    const damaged = copy('damaged.db', (file) => {
      const place = Math.floor(file.length * 0.6);
      file.writeUInt8(file.readUInt8(place) ^ 4, place);
    });
    const { code, out } = at.custody('doctor', '--store', damaged);
    expect(out).toMatch(/! 6\.1-race \(\w{12}\), events \d+000 to \d+000: their checksum is \w{8} and was written as/);
    expect(code).toBe(1);
    const [finding] = at.json('doctor', '--store', damaged).store.findings;
    expect(finding).toMatchObject({ kind: 'stream', title: '6.1-race', to: finding.from + 1000 });
    expect(at.custody('state', '6.1-basic', '--store', damaged).code).toBe(0);
    const shown = at.custody('show', '6.1-race', '--store', damaged);
    expect(shown.out.trimEnd().split('\n')).toHaveLength(finding.from);
    expect(shown.err).toContain(`6.1-race can be read up to ${finding.from} only: `);
    expect(shown.code).toBe(3);
    expect(at.custody('diff', '6.1-race', '6.1-basic', '--store', damaged).code).toBe(2);
    for (const line of at.custody('doctor', '--store', damaged, '--mail').out.split('\n')) {
      expect(line.length).toBeLessThanOrEqual(72);
    }
  });

  it.each([
    ['a newer version made', (file: Buffer) => file.writeUInt32BE(9, 60), 'it has store format 9'],
    ['is no store', (file: Buffer) => file.fill(0x20, 0, 16), 'it is not a SQLite database'],
  ])('refuses a store that %s: exit 2', (_, change, says) => {
    const path = copy('refused.db', change);
    for (const words of [['doctor'], ['runs'], ['compact']]) {
      const { code, out, err } = at.custody(...words, '--store', path);
      expect(out + err).toContain(says);
      expect(code).toBe(2);
    }
  });
});

describe('custody delete and compact', () => {
  it('forget a run, give its space back, and let it be imported anew', () => {
    const path = copy('less.db', () => {});
    const size = statSync(path).size;
    expect(at.custody('delete', '6.1-r', '--store', path).err).toContain('only the beginning of');
    expect(at.custody('note', 'add', '6.1-race', '--at', '3', '--body', 'here', '--store', path).code).toBe(0);
    expect(at.json('delete', '6.1-race', '--store', path).runs).toMatchObject([{ title: '6.1-race', events: 26_595 }]);
    expect(at.json('runs', '--store', path).runs).toMatchObject([{ title: '6.1-basic' }]);
    const { before, after } = at.json('compact', '--store', path);
    expect([before >= size, after < size / 4, statSync(path).size]).toEqual([true, true, after]);
    expect(at.json('import', fixture('6.1-race'), '--store', path).runs).toMatchObject([{ already: false }]);
    expect(at.json('note', 'list', '6.1-race', '--store', path).notes).toEqual([]);
    expect(at.json('doctor', '--store', path).store).toMatchObject({ verdict: 'sound', runs: 2 });
  });

  it('of a store that another process has open is refused: exit 2', async () => {
    const path = copy('busy.db', () => {});
    const child = at.start('import', '-', '--store', path);
    // It has opened the store before it reads what it is given.
    while (statSync(`${path}-wal`, { throwIfNoEntry: false }) === undefined) {
      await new Promise((wake) => setTimeout(wake, 10));
    }
    const { code, err } = at.custody('compact', '--store', path);
    expect(err).toContain('another process has it open; let it finish, or find it with: fuser');
    expect(code).toBe(2);
    child.stdin.end();
    await once(child, 'close');
    expect(at.custody('compact', '--store', path).code).toBe(0);
  });
});

describe('a store that another process is writing', () => {
  it('is waited for, and then named: exit 2', () => {
    const path = copy('locked.db', () => {});
    const holder = new DatabaseSync(path);
    holder.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
    const { code, err } = at.custody('delete', '6.1-race', '--store', path);
    holder.close();
    expect(err).toContain(
      `in ${path}: another process has held its lock for over 5000 ms; wait for it, or find it with`,
    );
    expect(code).toBe(2);
    expect(at.json('runs', '--store', path).runs).toHaveLength(2);
  });
});

/** Runs a script whose mounts are its own, which not every machine lets one have. */
const inNamespace = (script: string) =>
  spawnSync('sh', ['-c', `exec unshare -m sh -ec "$SCRIPT"`], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', SCRIPT: script },
  });
const canMount = inNamespace('mount -t tmpfs none /mnt').status === 0;
const custody = `'${process.execPath}' '${launcher}' --store /mnt/custody.db`;

describe.skipIf(!canMount)('a disk', () => {
  it('that is full is named, exit 2, and what was stored by then is sound', () => {
    const { stdout, stderr } = inNamespace(`
      mount -t tmpfs -o size=300k none /mnt
      ${custody} import '${fixture('6.1-race')}' || echo "exit $?"
      ${custody} doctor`);
    expect(stderr).toContain(
      'in /mnt/custody.db: the disk is full; nothing of this was stored, make room and try again',
    );
    expect(stdout).toContain('exit 2');
    expect(stdout).toMatch(/sound; never closed: 6\.1-race/);
  });

  it('that may only be read lets everything be read, and refuses the rest with exit 2', () => {
    copyFileSync(at.store, join(at.folder, 'read.db'));
    const { stdout, stderr } = inNamespace(`
      mount -t tmpfs none /mnt
      cp '${join(at.folder, 'read.db')}' /mnt/custody.db
      mount -o remount,ro /mnt
      ${custody} state 6.1-basic
      ${custody} doctor
      ${custody} delete 6.1-race || echo "exit $?"
      ${custody} compact || echo "exit $?"`);
    expect(stdout).toContain('27,');
    expect(stdout).toContain('sound');
    expect(stdout.match(/exit 2/g)).toHaveLength(2);
    expect(stderr).toContain('it was opened for reading; make it writable, or copy it');
    expect(stderr).toContain('it may only be read; make it and its directory writable');
  });
});
