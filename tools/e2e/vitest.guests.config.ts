import { defineConfig } from 'vitest/config';

/** Real guests in QEMU, one at a time: where there is no QEMU or no kernel, these fail and say so. */
export default defineConfig({
  test: { include: ['src/guests/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 60_000, fileParallelism: false },
});
