import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newStore, type TestStore } from '../custody.ts';

interface Kernel {
  readonly release: string;
  readonly image: string;
  readonly modules: string;
}

let store: TestStore;
let kernel: Kernel;

beforeAll(() => {
  store = newStore();
  const { kernels } = store.json('guest', 'list');
  kernel = kernels.find(({ name }: { name: string }) => name === '6.1');
  expect(kernel.image, 'there is no kernel 6.1; get it with: custody guest fetch 6.1').not.toBeNull();
});

afterAll(() => store.remove());

/** Machines that run, as /proc has them: process → the store folder of who started it. */
const machinesOf = (parent: number | undefined): number[] =>
  execFileSync('ps', ['-e', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, comm]) => Number(ppid) === parent && comm?.startsWith('qemu-system'))
    .map(([pid]) => Number(pid));

const isAlive = (pid: number): boolean => {
  try {
    // A zombie is no process that is left: who started it reaps it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const scratchOf = (pid: number | undefined): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`custody-guest-${pid}-`));

/** Follows a run, from its beginning, in another process. */
const followed = async (run: string) => {
  const child = store.start('replay', run, '--follow', '--at', '0', '--json');
  let out = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes;
      resolve();
    });
  });
  const lines = () => out.trimEnd().split('\n');
  return { ended, lines, kill: () => child.kill() };
};

/** Starts `race` on 6.1, does something once events come, and tells what it came to. */
const interrupted = async (act: (custody: number, machine: number) => void) => {
  const child = store.start('record', '6.1', 'race', '--seconds', '30', '--json');
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const machine = await new Promise<number>((resolve, reject) => {
    child.once('close', () => reject(new Error(`it ended before an event came: ${err}`)));
    child.stderr.on('data', (bytes: Buffer) => {
      err += bytes;
      const [pid] = machinesOf(child.pid);
      if (/events so far/.test(err) && pid !== undefined) resolve(pid);
    });
  });
  const live = store.json('runs').runs.at(-1);
  const seen = store.lines('show', live.run).length;
  const follower = await followed(live.run);
  act(child.pid ?? 0, machine);
  const code = await ended;
  return { code, out, err, machine, custody: child.pid, follower, live: { ...live, seen } };
};

const soundStore = () => {
  const { store: health } = store.json('doctor');
  expect(health).toMatchObject({ verdict: 'sound', findings: [] });
};

describe('a recording that is broken off', () => {
  it.each([
    ['QEMU is killed', (_: number, machine: number) => process.kill(machine, 'SIGKILL'), /QEMU ended \(by SIGKILL\)/],
    ['Ctrl-C comes', (custody: number) => process.kill(custody, 'SIGINT'), /it was interrupted/],
  ] as const)(
    'can be seen while it goes on, is closed and incomplete when %s, and leaves nothing behind',
    async (_, act, why) => {
      const { code, out, machine, custody, follower, live } = await interrupted(act);
      expect(live).toMatchObject({ closed: false, title: expect.stringContaining('6.1/race/') });
      expect(live.seen).toBeGreaterThan(100);
      expect(code).toBe(3);
      const recorded = JSON.parse(out);
      expect(recorded).toMatchObject({ complete: false, unexplained: 0 });
      expect(recorded.facts).toBeGreaterThan(100);
      expect(await follower.ended).toBe(3);
      expect(follower.lines()).toHaveLength(recorded.facts);
      expect(JSON.parse(follower.lines().at(-1) ?? '')).toMatchObject({ position: recorded.facts });
      expect(recorded.findings[0]).toMatchObject({ kind: 'guest-broke-off', text: expect.stringMatching(why) });
      expect(store.json('runs').runs.at(-1)).toMatchObject({ run: recorded.run, closed: true, complete: false });
      expect(isAlive(machine)).toBe(false);
      expect(scratchOf(custody)).toEqual([]);
      soundStore();
    },
  );

  it('leaves no machine when custody itself is killed, and the next one removes its files', async () => {
    const { machine, custody, follower } = await interrupted((pid) => process.kill(pid, 'SIGKILL'));
    follower.kill();
    for (let tries = 0; tries < 50 && isAlive(machine); tries += 1) execFileSync('sleep', ['0.1']);
    expect(isAlive(machine)).toBe(false);
    soundStore();
    store.custody('record', '6.1', 'basic', '--qemu', 'no-such-qemu');
    expect(scratchOf(custody)).toEqual([]);
  });
});

describe('a guest that cannot be had', () => {
  const modules = () => kernel.modules;
  const own = (image: string, folder: string, ...more: string[]) =>
    store.custody('record', '--kernel', image, '--modules', folder, 'basic', ...more);

  it('for there is no QEMU', () => {
    const { code, err } = store.custody('record', '6.1', 'basic', '--qemu', 'no-such-qemu');
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('there is no no-such-qemu in PATH') });
  });

  it('for its image was cut', () => {
    const image = join(store.folder, 'cut');
    copyFileSync(kernel.image, image);
    truncateSync(image, 3_000_000);
    expect(own(image, modules())).toMatchObject({
      code: 2,
      err: expect.stringContaining('is cut: it has 3000000 bytes'),
    });
  });

  it('for its image is corrupt: the console’s last words say so', () => {
    const image = join(store.folder, 'corrupt');
    copyFileSync(kernel.image, image);
    writeSync(openSync(image, 'r+'), new Uint8Array(64), 0, 64, 4_000_000);
    const { code, err } = own(image, modules(), '--patience', '60');
    expect(code).toBe(2);
    expect(err).toContain('trying once more');
    expect(err).toMatch(/Cannot boot .*corrupt.*System halted/s);
  });

  it('for its modules are another kernel’s', () => {
    const folder = join(store.folder, 'others');
    mkdirSync(join(folder, 'lib/modules/5.10.0-1-amd64'), { recursive: true });
    const { code, err } = own(kernel.image, folder);
    expect(code).toBe(2);
    expect(err).toContain(`Cannot use the modules "${folder}" for ${kernel.release}: there is 5.10.0-1-amd64`);
  });

  it('for it has no VFIO', () => {
    const folder = join(store.folder, 'no-vfio', kernel.release);
    for (const part of ['modules.builtin', 'kernel/drivers/virtio', 'kernel/drivers/char']) {
      cpSync(join(kernel.modules, part), join(folder, part), { recursive: true });
    }
    const { code, err } = own(kernel.image, folder);
    expect(code).toBe(2);
    expect(err).toContain('as it lacks vfio_pci, vfio_iommu_type1');
  });

  it('for its kernel allows no probes', () => {
    // As a kernel that is locked down does: it is told so by a QEMU that adds a word to the command line.
    const qemu = join(store.folder, 'qemu-locked-down');
    const words = `"\${@/#console=/lockdown=confidentiality console=}"`;
    writeFileSync(qemu, `#!/bin/bash\nexec qemu-system-x86_64 ${words}\n`, { mode: 0o755 });
    const { code, err } = store.custody('record', '6.1', 'basic', '--qemu', qemu, '--accel', 'tcg');
    expect(code).toBe(2);
    expect(err).toMatch(/^custody: Cannot record 6\.1: of \d+ probes it took none .*KPROBE_EVENTS/m);
  });

  it('for it does not become ready in time', () => {
    const { code, err } = store.custody('record', '6.1', 'basic', '--patience', '1', '--accel', 'tcg');
    expect(code).toBe(2);
    expect(err).toContain('Cannot boot 6.1: it had not said "hello" within 1 s');
  });

  it('and then the store has nothing of it', () => {
    const recorded = store.json('runs').runs.filter(({ title }: { title: string }) => title.includes('basic'));
    expect(recorded).toEqual([]);
  });
});
