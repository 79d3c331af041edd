import { execFileSync } from 'node:child_process';

const command = 'xz';

/**
 * What is in the first stream of a file in the xz format: behind a kernel's its build puts the length.
 *
 * @throws Error when it is damaged, or there is no xz(1).
 */
export const unxz = (packed: Uint8Array): Uint8Array =>
  execFileSync(command, ['-dc', '--single-stream'], { input: packed, maxBuffer: 2 ** 30, stdio: 'pipe' });
