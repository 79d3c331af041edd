import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedKernel, type Kernel, ownKernel, type PinnedKernel, parsePins } from '@custody/guest';
import { RequestError } from '@custody/workbench';

/** Which kernels of Debian there are: packages/guest/kernels.json of this checkout, from the source as from the build. */
const ownPins = fileURLToPath(new URL('../../../packages/guest/kernels.json', import.meta.url));

/** Options that say where kernels are. */
export interface CacheOptions {
  readonly cache?: string;
  readonly pins?: string;
}

/** Where kernels and what is compiled are kept: `$XDG_CACHE_HOME/custody`, by default ~/.cache/custody. */
export const cacheFolder = ({ cache }: CacheOptions, env: NodeJS.ProcessEnv = process.env): string =>
  cache ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'custody');

export const pinsFile = ({ pins }: CacheOptions): string => pins ?? ownPins;

/** @throws RequestError, GuestError when there is no such file or it is none. */
export const pinnedKernels = async (options: CacheOptions): Promise<readonly PinnedKernel[]> => {
  const file = pinsFile(options);
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new RequestError(`Cannot read which kernels there are: ${cause.message}`, { cause });
  });
  return parsePins(text, file);
};

/** @throws RequestError when no kernel is called so. */
export const pinOf = (pins: readonly PinnedKernel[], name: string): PinnedKernel => {
  const found = pins.find((pin) => pin.name === name);
  if (found !== undefined) return found;
  throw new RequestError(
    `Cannot find the kernel "${name}"; there are ${pins.map((pin) => pin.name).join(', ')}, ` +
      'or give your own with --kernel and --modules',
  );
};

/** A kernel of Debian that was fetched. @throws RequestError when it was not. */
export const fetchedKernel = async (name: string, options: CacheOptions): Promise<Kernel> => {
  const pin = pinOf(await pinnedKernels(options), name);
  const kernel = await cachedKernel(cacheFolder(options), pin);
  if (kernel !== undefined) return kernel;
  throw new RequestError(
    `Cannot find ${name} (${pin.release}) in ${cacheFolder(options)}; get it with: custody guest fetch ${name}`,
  );
};

/** Options that name a kernel of one's own. */
export interface OwnKernelOptions {
  readonly kernel?: string;
  readonly modules?: string;
}

/** One's own kernel where `--kernel` names it. @throws RequestError when one option is there without the other. */
export const ownKernelOf = async ({ kernel, modules }: OwnKernelOptions): Promise<Kernel | undefined> => {
  if (kernel === undefined && modules === undefined) return undefined;
  if (kernel === undefined || modules === undefined) {
    throw new RequestError('Cannot use one of --kernel and --modules without the other; give both');
  }
  return ownKernel(kernel, modules);
};
