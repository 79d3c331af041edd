import { constants } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AcceleratorChoice } from './boot.ts';
import type { Accelerator } from './qemu-arguments.ts';

type Verdicts = Readonly<Record<string, boolean>>;

const verdictsIn = async (file: string): Promise<Verdicts> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Verdicts;
  } catch {
    // None yet, or none that can be read: then KVM is tried anew.
    return {};
  }
};

/** True when there is a /dev/kvm that we may open: whether it boots anything is another matter. */
const hasKvm = (): Promise<boolean> =>
  access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );

/**
 * The accelerator for a kernel on this machine.
 *
 * @param cache - the folder in which it is remembered whether KVM boots it.
 * @param release - of the kernel, as `uname -r` has it.
 */
export const acceleratorChoice = async (
  asked: Accelerator | 'auto',
  cache: string,
  release: string,
): Promise<AcceleratorChoice> => {
  const file = join(cache, 'kvm.json');
  const key = `${hostname()} ${release}`;
  return {
    asked,
    hasKvm: await hasKvm(),
    recall: async () => (await verdictsIn(file))[key],
    remember: async (boots) => {
      await mkdir(cache, { recursive: true });
      await writeFile(file, `${JSON.stringify({ ...(await verdictsIn(file)), [key]: boots }, null, 2)}\n`);
    },
  };
};
