import { existsSync } from 'node:fs';
import { findProgram } from './machine.ts';

/** What recording needs of the machine, and the Debian package that brings it. */
const tools: readonly {
  readonly what: string;
  readonly package: string;
  readonly isThere: (path: string) => boolean;
}[] = [
  {
    what: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    isThere: (path) => findProgram('qemu-system-x86_64', path) !== undefined,
  },
  {
    what: 'SeaBIOS',
    package: 'seabios',
    isThere: () =>
      ['/usr/share/seabios/bios-256k.bin', '/usr/share/qemu/bios-256k.bin'].some((file) => existsSync(file)),
  },
  { what: 'gcc', package: 'gcc', isThere: (path) => findProgram('gcc', path) !== undefined },
  {
    what: 'a static C library',
    package: 'libc6-dev',
    isThere: () => ['/usr/lib/x86_64-linux-gnu/libc.a', '/usr/lib64/libc.a'].some((file) => existsSync(file)),
  },
  { what: 'xz', package: 'xz-utils', isThere: (path) => findProgram('xz', path) !== undefined },
];

/** What is missing to record guests on this machine, and the one line that brings it; empty where nothing is. */
export const missingTools = (
  path = process.env['PATH'] ?? '',
): { readonly what: readonly string[]; readonly install: string } => {
  const missing = tools.filter(({ isThere }) => !isThere(path));
  return {
    what: missing.map(({ what }) => what),
    install: `apt-get install -y --no-install-recommends ${missing.map((tool) => tool.package).join(' ')}`,
  };
};
