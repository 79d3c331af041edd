import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GuestError } from '../guest-error.ts';
import { type ListedPackage, type Mirror, PrivateApt } from './apt.ts';
import type { Kernel } from './kernel.ts';
import type { KernelLineage, PinnedKernel } from './pins.ts';

const run = promisify(execFile);

export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const folderOf = (cache: string, { release, packages }: PinnedKernel): string =>
  join(cache, 'kernels', `${release}_${packages[0]?.version.replaceAll(':', '_')}`);

/** The first of these that is there. */
const firstOf = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if (await isThere(path)) return path;
  return undefined;
};

/** A pinned kernel, where it is in the cache. */
export const cachedKernel = async (cache: string, pin: PinnedKernel): Promise<Kernel | undefined> => {
  const folder = folderOf(cache, pin);
  const { name, release, packages } = pin;
  const image = await firstOf(
    [`boot/vmlinuz-${release}`, `usr/lib/modules/${release}/vmlinuz`].map((path) => join(folder, path)),
  );
  const modules = await firstOf(
    [`lib/modules/${release}`, `usr/lib/modules/${release}`].map((path) => join(folder, path)),
  );
  const [first] = packages;
  if (image === undefined || modules === undefined || first === undefined) return undefined;
  return {
    name,
    release,
    image,
    modules,
    sha256: await sha256Of(image),
    package: first.name,
    version: first.version,
  };
};

const unpack = async (deb: string, into: string): Promise<void> => {
  try {
    await run('dpkg-deb', ['-x', deb, into]);
  } catch (cause) {
    const { stderr = '', message } = cause as { stderr?: string; message: string };
    throw new GuestError(`Cannot unpack ${deb}: ${stderr.trim() || message}`, { cause });
  }
};

const theOneFile = async (folder: string): Promise<string> => {
  const [file] = await readdir(folder);
  if (file === undefined) throw new GuestError(`Cannot find what apt put into ${folder}: it is empty`);
  return join(folder, file);
};

/**
 * Gets a pinned kernel into the cache: downloaded, checked against its pin, unpacked; nothing is installed.
 *
 * @param say - told what is done.
 * @throws GuestError when it cannot be had as it was pinned.
 */
export const fetchKernel = async (
  cache: string,
  pin: PinnedKernel,
  mirror: Mirror,
  say: (text: string) => void,
): Promise<Kernel> => {
  const cached = await cachedKernel(cache, pin);
  if (cached !== undefined) return cached;
  const apt = new PrivateApt(join(cache, 'apt'), mirror);
  await mkdir(join(cache, 'kernels'), { recursive: true });
  const work = await mkdtemp(join(cache, 'kernels', '.fetch-'));
  try {
    say(`reading the lists of ${pin.suite}`);
    await apt.update([pin.suite]);
    for (const wanted of pin.packages) {
      await assertListed(apt, wanted, pin);
      say(`getting ${wanted.name} ${wanted.version}, ${Math.round(wanted.size / 1e6)} MB`);
      const into = join(work, 'deb');
      await mkdir(into);
      await apt.download(wanted, into);
      const deb = await theOneFile(into);
      const digest = await sha256Of(deb);
      if (digest !== wanted.sha256) {
        throw new GuestError(
          `Cannot use ${wanted.name} ${wanted.version}: its SHA-256 is ${digest}, pinned is ${wanted.sha256}`,
        );
      }
      await unpack(deb, join(work, 'tree'));
      await rm(into, { recursive: true });
    }
    const folder = folderOf(cache, pin);
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, 'tree'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const kernel = await cachedKernel(cache, pin);
  if (kernel === undefined) {
    throw new GuestError(`Cannot use ${pin.name}: its packages hold no image and modules of ${pin.release}`);
  }
  return kernel;
};

/** @throws GuestError when the mirror has another version by now. */
const assertListed = async (apt: PrivateApt, wanted: ListedPackage, { name }: PinnedKernel): Promise<void> => {
  const listed = await apt.list(wanted.name);
  const versions = listed.filter((one) => one.name === wanted.name).map(({ version }) => version);
  if (versions.includes(wanted.version)) return;
  const there = versions.length === 0 ? 'it has none of that name' : `it has ${versions.join(', ')}`;
  throw new GuestError(
    `Cannot get ${wanted.name} ${wanted.version}, as the mirror has it no more: ${there}; ` +
      `pin what it has with: custody guest update ${name}`,
  );
};

/** Debian's order of versions, newest first; dpkg knows it. */
const newestOf = async (releases: readonly string[]): Promise<string | undefined> => {
  let newest: string | undefined;
  for (const release of releases) {
    const isNewer =
      newest === undefined ||
      (await run('dpkg', ['--compare-versions', release, 'gt', newest]).then(
        () => true,
        () => false,
      ));
    if (isNewer) newest = release;
  }
  return newest;
};

/**
 * The newest kernel of a line that the mirror has; `update` of its suite must have been called.
 *
 * @throws GuestError when it has none.
 */
const newestKernel = async (apt: PrivateApt, lineage: KernelLineage): Promise<PinnedKernel> => {
  const { name, suite, packages, release: pattern } = lineage;
  const listed = (await Promise.all(packages.map((one) => apt.list(one.split('R')[0] ?? one)))).flat();
  const releaseIn = (listedName: string, template: string): string | undefined => {
    const [before = '', after = ''] = template.split('R');
    if (!listedName.startsWith(before) || !listedName.endsWith(after)) return undefined;
    const release = listedName.slice(before.length, listedName.length - after.length);
    return pattern.test(release) ? release : undefined;
  };
  const [first = ''] = packages;
  const releases = listed.flatMap((one) => releaseIn(one.name, first) ?? []);
  const release = await newestOf(releases);
  if (release === undefined) throw new GuestError(`Cannot find a kernel ${name} in ${suite} of the mirror`);
  const chosen: ListedPackage[] = [];
  for (const template of packages) {
    const wanted = template.replace('R', release);
    const found = listed.filter((one) => one.name === wanted);
    const version = await newestOf(found.map((one) => one.version));
    const newest = found.find((one) => one.version === version);
    if (newest === undefined) throw new GuestError(`Cannot find ${wanted} in ${suite} of the mirror`);
    chosen.push(newest);
  }
  return { name, release, suite, packages: chosen };
};

/** The newest kernel of each line that the mirror has. @throws GuestError. */
export const newestKernels = async (
  cache: string,
  lines: readonly KernelLineage[],
  mirror: Mirror,
): Promise<readonly PinnedKernel[]> => {
  const kernels: PinnedKernel[] = [];
  for (const lineage of lines) {
    // One suite at a time: a line's name may be in another suite as well.
    const apt = new PrivateApt(join(cache, 'apt'), mirror);
    await mkdir(join(cache, 'apt'), { recursive: true });
    await apt.update([lineage.suite]);
    kernels.push(await newestKernel(apt, lineage));
  }
  return kernels;
};
