import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { unxz } from './unxz.ts';

/** What a guest needs of its kernel: its ports, the devices' drivers, VFIO. */
export const neededModules: readonly string[] = [
  'virtio_pci',
  'virtio_console',
  'e1000',
  'e1000e',
  'vfio_pci',
  'vfio_iommu_type1',
  'pci_stub',
];

/** One module, ready to be loaded. */
interface KernelModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A module that was asked for and is not there. */
export interface MissingModule {
  readonly module: string;
  readonly why: string;
}

/** A kernel's modules in the order to load them in. */
export interface ModuleSet {
  readonly modules: readonly KernelModule[];
  readonly missing: readonly MissingModule[];
}

/** Modules by name, as a folder keeps them. */
export interface ModuleFolder {
  /** `null` where there is no such module. */
  readonly read: (name: string) => Uint8Array | null;
  /** True as well for what the folder lacks, where nothing tells what is built in: the guest will say. */
  readonly isBuiltin: (name: string) => boolean;
}

/** The kernel takes `-` and `_` in a module's name for the same. */
const named = (file: string): string =>
  file
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');

/** What a module says of itself that it depends on: `depends=a,b` in its section .modinfo. */
export const dependenciesOf = (bytes: Uint8Array): string[] => {
  const [, list = ''] = /\0depends=([^\0]*)\0/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  return list.split(',').filter((name) => name !== '');
};

/** @returns those that are wanted and those that they depend on, each behind what it depends on. */
export const moduleSet = (folder: ModuleFolder, wanted: readonly string[]): ModuleSet => {
  const modules = new Map<string, KernelModule>();
  const missing: MissingModule[] = [];
  const visit = (file: string, wantedBy: string | null): void => {
    const name = named(file);
    if (modules.has(name) || folder.isBuiltin(name) || missing.some(({ module }) => module === name)) return;
    const bytes = folder.read(name);
    if (bytes === null) {
      const where = 'it is neither in the folder nor in modules.builtin';
      missing.push({ module: name, why: wantedBy === null ? where : `${where}, and ${wantedBy} depends on it` });
      return;
    }
    for (const needed of dependenciesOf(bytes)) visit(needed, name);
    modules.set(name, { name, bytes });
  };
  for (const name of wanted) visit(name, null);
  return { modules: [...modules.values()], missing };
};

const decompress: Readonly<Record<string, (path: string) => Uint8Array>> = {
  ko: (path) => readFileSync(path),
  gz: (path) => gunzipSync(readFileSync(path)),
  xz: (path) => unxz(readFileSync(path)),
  zst: (path) => zstdDecompressSync(readFileSync(path)),
};

const readModule = (path: string): Uint8Array => {
  const read = decompress[path.replace(/^.*\./, '')];
  if (read === undefined)
    throw new Error(`Cannot read the module ${path}: it is neither .ko nor .gz, .xz or .zst of one`);
  try {
    return read(path);
  } catch (cause) {
    throw new Error(`Cannot read the module ${path}: ${(cause as Error).message}`, { cause });
  }
};

const builtinsOf = (root: string): Set<string> | null => {
  const path = join(root, 'modules.builtin');
  return existsSync(path) ? new Set(readFileSync(path, 'utf8').split('\n').map(named)) : null;
};

/**
 * The modules below a kernel's `lib/modules/RELEASE`. What a module depends on is asked of the module itself, as a
 * package that was only unpacked has no modules.dep.
 *
 * @throws Error when the folder cannot be read, or is none of a kernel's modules.
 */
export const moduleFolder = (root: string): ModuleFolder => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ko(\.\w+)?$/.test(file));
  const paths = new Map(files.map((file) => [named(file), join(root, file)]));
  const builtins = builtinsOf(root);
  if (paths.size === 0 && builtins === null)
    throw new Error(
      `Cannot find modules in ${root}: there is no .ko below it, and no modules.builtin; give lib/modules/RELEASE`,
    );
  return {
    read: (name) => {
      const path = paths.get(name);
      return path === undefined ? null : readModule(path);
    },
    isBuiltin: (name) => !paths.has(name) && builtins?.has(name) !== false,
  };
};
