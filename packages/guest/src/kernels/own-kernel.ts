import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GuestError } from '../guest-error.ts';
import { headSize, readBzImage } from './bz-image.ts';
import { sha256Of } from './debian-kernels.ts';
import type { Kernel } from './kernel.ts';

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const headOf = async (image: string): Promise<{ readonly head: Uint8Array; readonly size: number }> => {
  try {
    const file = await open(image);
    try {
      const head = new Uint8Array(headSize);
      const { bytesRead } = await file.read(head, 0, headSize, 0);
      return { head: head.subarray(0, bytesRead), size: (await file.stat()).size };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new GuestError(`Cannot read the kernel "${image}": ${(cause as Error).message}`, { cause });
  }
};

/** `lib/modules/RELEASE`, given itself or what it lies in (INSTALL_MOD_PATH). */
const modulesIn = async (given: string, release: string): Promise<string> => {
  const below = [join(given, 'lib/modules', release), join(given, 'usr/lib/modules', release), join(given, release)];
  for (const path of below) if (await isFolder(path)) return path;
  if (basename(resolve(given)) === release && (await isFolder(given))) return given;
  if (!(await isFolder(given))) throw new GuestError(`Cannot read the modules "${given}": there is no such folder`);
  const others = (await readdir(join(given, 'lib/modules')).catch(() => [])).join(', ');
  const there = others === '' ? 'nothing of it is there' : `there is ${others}`;
  throw new GuestError(
    `Cannot use the modules "${given}" for ${release}: ${there}; give what make modules_install INSTALL_MOD_PATH=DIR ` +
      'wrote for this very image, its DIR or lib/modules/RELEASE in it',
  );
};

/**
 * A kernel of one's own.
 *
 * @param image - path of a bzImage.
 * @param modules - INSTALL_MOD_PATH, or the `lib/modules/RELEASE` in it.
 * @throws GuestError when it is no whole bzImage, or the modules are not its own.
 */
export const ownKernel = async (image: string, modules: string): Promise<Kernel> => {
  const { head, size } = await headOf(image);
  const told = readBzImage(head);
  if ('why' in told) throw new GuestError(`Cannot use the kernel "${image}" as it is no bzImage: ${told.why}`);
  if (size < told.size) {
    throw new GuestError(
      `Cannot use the kernel "${image}" as it is cut: it has ${size} bytes, and its header says ${told.size}`,
    );
  }
  return {
    name: image,
    release: told.release,
    image,
    modules: await modulesIn(modules, told.release),
    sha256: await sha256Of(image),
  };
};
