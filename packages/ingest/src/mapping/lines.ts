import type { KernelLine } from './kernel-line.ts';
import { linux510, linux514 } from './linux-5.10.ts';
import { linux61 } from './linux-6.1.ts';
import { linux612 } from './linux-6.12.ts';
import { linux618 } from './linux-6.18.ts';

/** Oldest first: a kernel is read with the last line that is not newer than itself. */
export const kernelLines: readonly KernelLine[] = [linux510, linux514, linux61, linux612, linux618];

/** Used when nothing says what kernel it was. */
export const defaultLine = linux61;

/** The release out of `uname -a`, `uname -r` or a `uname=` marker, e.g. `6.1.0-56-amd64`; null when there is none. */
export const kernelRelease = (text: string): string | null => /\b\d+\.\d+\.\d+\S*/.exec(text)?.[0] ?? null;

/** The line of a kernel release such as `6.1.192-lab-robin`. */
export const lineFor = (release: string): KernelLine => {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const version = [Number(major), Number(minor)] as const;
  const notNewer = kernelLines.filter(
    ({ from }) => from[0] < version[0] || (from[0] === version[0] && from[1] <= version[1]),
  );
  return notNewer.at(-1) ?? defaultLine;
};
