import { GuestError } from '../guest-error.ts';

/** A Debian package, to the byte. */
interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

/** A kernel of Debian, to the byte. */
export interface PinnedKernel {
  /** As it is asked for, e.g. `6.1`. */
  readonly name: string;
  /** What `uname -r` says. */
  readonly release: string;
  readonly suite: string;
  /** The image first. */
  readonly packages: readonly PinnedPackage[];
}

/** Where Debian has a line of kernels, and what it calls its packages there: `R` stands for the release. */
export interface KernelLineage {
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
  /** Releases of the line, without flavours such as cloud and rt. */
  readonly release: RegExp;
}

/** One per line of the protocol: viability with its BUG_ON, the ownership API, fprobes, the newest. */
export const lineages: readonly KernelLineage[] = [
  {
    name: '5.10',
    suite: 'bullseye-security',
    packages: ['linux-image-R-unsigned'],
    release: /^5\.10\.0-\d+-amd64$/,
  },
  { name: '6.1', suite: 'bookworm-security', packages: ['linux-image-R-unsigned'], release: /^6\.1\.0-\d+-amd64$/ },
  {
    name: '6.12',
    suite: 'bookworm-security',
    packages: ['linux-image-R-unsigned'],
    release: /^6\.12\.\d+\+deb12-amd64$/,
  },
  {
    name: 'newest',
    suite: 'sid',
    packages: ['linux-binary-R', 'linux-modules-R'],
    release: /^\d+\.\d+(\.\d+)?\+deb\d+-amd64$/,
  },
];

const isPackage = (value: unknown): value is PinnedPackage => {
  const { name, version, sha256, size } = (value ?? {}) as Partial<PinnedPackage>;
  return (
    typeof name === 'string' &&
    typeof version === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256 ?? '') &&
    typeof size === 'number'
  );
};

const isPin = (value: unknown): value is PinnedKernel => {
  const { name, release, suite, packages } = (value ?? {}) as Partial<PinnedKernel>;
  return (
    [name, release, suite].every((text) => typeof text === 'string') &&
    Array.isArray(packages) &&
    packages.length > 0 &&
    packages.every(isPackage)
  );
};

/** @param text - `{kernels: [{name, release, suite, packages: [{name, version, sha256, size}]}]}`. @throws GuestError. */
export const parsePins = (text: string, file: string): readonly PinnedKernel[] => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new GuestError(`Cannot read the kernels in ${file}: ${(cause as Error).message}`, { cause });
  }
  const { kernels } = (document ?? {}) as { readonly kernels?: unknown };
  if (!Array.isArray(kernels) || !kernels.every(isPin)) {
    throw new GuestError(
      `Cannot use the kernels in ${file}: each must have name, release, suite and packages with name, version, sha256 ` +
        'and size; make it anew with: custody guest update',
    );
  }
  return kernels;
};

/** The pins as a file that a person can read and a diff can show. */
export const pinsText = (kernels: readonly PinnedKernel[]): string => `${JSON.stringify({ kernels }, null, 2)}\n`;
