import { describe, expect, it } from 'vitest';
import { dependenciesOf, type ModuleFolder, moduleSet } from './modules.ts';

const module = (depends: string): Uint8Array =>
  new TextEncoder().encode(`ELF\0license=GPL\0depends=${depends}\0name=x\0`);

/** A kernel with these modules, and what each depends on. */
const kernel = (modules: Record<string, string>, builtins: readonly string[] = []): ModuleFolder => ({
  read: (name) => (name in modules ? module(modules[name] as string) : null),
  isBuiltin: (name) => builtins.includes(name),
  listsBuiltins: true,
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

  it('may be built in where no modules.builtin says', () => {
    const { missing } = moduleSet({ ...kernel({}), listsBuiltins: false }, ['virtio_pci']);
    expect(missing).toEqual([
      { module: 'virtio_pci', why: 'it is not in the folder, which has no modules.builtin: it may be built in' },
    ]);
  });
});
