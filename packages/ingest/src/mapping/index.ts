import { linux510, linux514 } from './linux-5.10.ts';
import { linux61 } from './linux-6.1.ts';
import { linux612 } from './linux-6.12.ts';
import type { Mapping } from './mapping.ts';

/** Oldest first: a kernel is read with the last line that is not newer than itself. */
const lines: readonly { readonly from: readonly [number, number]; readonly mapping: Mapping }[] = [
  { from: [0, 0], mapping: linux510 },
  { from: [5, 14], mapping: linux514 },
  { from: [5, 19], mapping: linux61 },
  // The notifier's numbers became an enum in January 2023, on its way to v6.3; read in 6.12.117 only.
  { from: [6, 3], mapping: linux612 },
];

/** Used when nothing says what kernel it was. */
export const defaultMapping = linux61;

/** The release out of `uname -a`, `uname -r` or a `uname=` marker, e.g. `6.1.0-56-amd64`; null when there is none. */
export const kernelRelease = (text: string): string | null => /\b\d+\.\d+\.\d+\S*/.exec(text)?.[0] ?? null;

/** The mapping for a kernel release such as `6.1.192-lab-robin`. */
export const mappingFor = (release: string): Mapping => {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const version = [Number(major), Number(minor)] as const;
  const notNewer = lines.filter(
    ({ from }) => from[0] < version[0] || (from[0] === version[0] && from[1] <= version[1]),
  );
  return (notNewer.at(-1) ?? { mapping: defaultMapping }).mapping;
};
