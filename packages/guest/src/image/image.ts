import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type CpioEntry, cpio } from './cpio.ts';
import { type MissingModule, moduleFolder, moduleSet, neededModules } from './modules.ts';

/** What goes into a guest. */
export interface ImageParts {
  /** A kernel's `lib/modules/RELEASE`. */
  readonly kernelModules: { readonly root: string; readonly release: string };
  /** Our static program, as `compileInit` makes it. */
  readonly init: string;
  /** /etc/custody/probes, as `probesFile` writes it. */
  readonly probes: string;
  /** /etc/custody/scenario, as `scenarioFile` writes it. */
  readonly scenario: string;
  /** /etc/custody/config: `bufferkb` per CPU, `clock`, and `device.NAME` with the device's place. */
  readonly config: Readonly<Record<string, string>>;
  /** Beside those that every guest needs. */
  readonly moreModules?: readonly string[];
  /** A static busybox, for emergencies. */
  readonly busybox?: string;
}

/** A first root file system. */
export interface Image {
  readonly bytes: Uint8Array;
  /** As they will be loaded. */
  readonly modules: readonly string[];
  readonly missing: readonly MissingModule[];
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** @throws RangeError for what would be another line. */
const configFile = (config: Readonly<Record<string, string>>): string =>
  Object.entries(config)
    .map(([key, value]) => {
      if (/[\n=]/.test(key) || value.includes('\n'))
        throw new RangeError(`Cannot write the setting "${key}": it or its value "${value}" has a line's end`);
      return `${key}=${value}\n`;
    })
    .join('');

const busyboxEntries = (path: string | undefined): CpioEntry[] => {
  if (path === undefined) return [];
  const bytes = readFileSync(path);
  return ['bin/busybox', 'bin/sh'].map((name) =>
    name === 'bin/sh'
      ? { path: name, mode: 0o755, bytes: text('#!/bin/busybox sh\n') }
      : { path: name, mode: 0o755, bytes },
  );
};

/**
 * The initramfs of a guest, gzip'ed.
 *
 * @throws Error when a file cannot be read.
 */
export const buildImage = async (parts: ImageParts): Promise<Image> => {
  const wanted = [...neededModules, ...(parts.moreModules ?? [])];
  const { modules, missing } = moduleSet(moduleFolder(parts.kernelModules.root), wanted);
  const archive = cpio([
    ...['dev', 'proc', 'sys', 'tmp'].map((path) => ({ path, mode: 0o755 })),
    { path: 'init', mode: 0o755, bytes: readFileSync(parts.init) },
    ...busyboxEntries(parts.busybox),
    ...modules.map(({ name, bytes }, index) => ({
      path: `modules/${String(index).padStart(2, '0')}-${name}.ko`,
      mode: 0o644,
      bytes,
    })),
    { path: 'etc/custody/config', mode: 0o644, bytes: text(configFile(parts.config)) },
    { path: 'etc/custody/probes', mode: 0o644, bytes: text(parts.probes) },
    { path: 'etc/custody/scenario', mode: 0o644, bytes: text(parts.scenario) },
  ]);
  return {
    bytes: await promisify(gzip)(archive, { level: 1 }),
    modules: modules.map(({ name }) => name),
    missing,
  };
};
