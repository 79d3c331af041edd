import { defineConfig } from 'vitest/config';

/** Real processes and a real terminal: slower than the pure tests, and one file at a time. */
export default defineConfig({ test: { exclude: ['src/guests/**'], testTimeout: 60_000, fileParallelism: false } });
