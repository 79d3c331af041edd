import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dependenciesOf, type ModuleFolder, moduleFolder, moduleSet } from './modules.ts';

const module = (depends: string): Uint8Array =>
  new TextEncoder().encode(`ELF\0license=GPL\0depends=${depends}\0name=x\0`);

/** A kernel with these modules, and what each depends on. */
const kernel = (modules: Record<string, string>, builtins: readonly string[] = []): ModuleFolder => ({
  read: (name) => (name in modules ? module(modules[name] as string) : null),
  isBuiltin: (name) => builtins.includes(name),
});

const names = (folder: ModuleFolder, ...wanted: string[]): readonly string[] =>
  moduleSet(folder, wanted).modules.map(({ name }) => name);

describe('the modules of a guest', () => {
  it('are told by a module’s own words what they depend on', () => {
    expect(dependenciesOf(module('vfio,irqbypass'))).toEqual(['vfio', 'irqbypass']);
    expect(dependenciesOf(module(''))).toEqual([]);
  });

  it('come behind what they depend on, each once', () => {
    const folder = kernel({ vfio_pci: 'vfio_pci_core,vfio', vfio_pci_core: 'vfio,irqbypass', vfio: '', irqbypass: '' });
    expect(names(folder, 'vfio_pci', 'vfio')).toEqual(['vfio', 'irqbypass', 'vfio_pci_core', 'vfio_pci']);
  });

  it('are the same module with - as with _', () => {
    expect(names(kernel({ pci_stub: '', vfio: 'pci-stub' }), 'pci-stub', 'vfio')).toEqual(['pci_stub', 'vfio']);
  });

  it('are not missing where the kernel has them built in', () => {
    expect(
      moduleSet(kernel({ virtio_console: 'virtio' }, ['virtio', 'virtio_pci']), ['virtio_pci', 'virtio_console']),
    ).toMatchObject({
      modules: [{ name: 'virtio_console' }],
      missing: [],
    });
  });

  it('are named when they are missing, with what needed them', () => {
    const { modules, missing } = moduleSet(kernel({ vfio_pci: 'vfio' }), ['vfio_pci', 'e1000']);
    expect(modules.map(({ name }) => name)).toEqual(['vfio_pci']);
    expect(missing).toEqual([
      { module: 'vfio', why: 'it is neither in the folder nor in modules.builtin, and vfio_pci depends on it' },
      { module: 'e1000', why: 'it is neither in the folder nor in modules.builtin' },
    ]);
  });

  it('may be built in where the folder has no modules.builtin, and are not looked for where it has none at all', () => {
    const root = mkdtempSync(join(tmpdir(), 'custody-modules-'));
    try {
      expect(() => moduleFolder(root)).toThrow('there is no .ko below it');
      mkdirSync(join(root, 'kernel'));
      writeFileSync(join(root, 'kernel/vfio-pci.ko'), module(''));
      const folder = moduleFolder(root);
      expect(moduleSet(folder, ['vfio_pci', 'virtio_pci'])).toMatchObject({
        modules: [{ name: 'vfio_pci' }],
        missing: [],
      });
      writeFileSync(join(root, 'modules.builtin'), 'kernel/drivers/virtio/virtio_pci.ko\n');
      expect(moduleSet(moduleFolder(root), ['virtio_pci', 'e1000']).missing).toMatchObject([{ module: 'e1000' }]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it.each([
    ['gz', (bytes: Uint8Array) => gzipSync(bytes)],
    ['zst', (bytes: Uint8Array) => zstdCompressSync(bytes)],
    ['xz', (bytes: Uint8Array) => execFileSync('sh', ['-c', 'exec xz -c'], { input: bytes })],
  ])('are read when they are compressed as .ko.%s', (suffix, compress) => {
    const root = mkdtempSync(join(tmpdir(), 'custody-modules-'));
    try {
      writeFileSync(join(root, `pci-stub.ko.${suffix}`), compress(module('')));
      expect(names(moduleFolder(root), 'pci_stub')).toEqual(['pci_stub']);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
