import { defineConfig } from 'vitest/config';

// The client waits half a second before its first read, and each test opens a log of its own.
export default defineConfig({ test: { testTimeout: 30_000 } });
