import { defineConfig } from 'vitest/config';

/** Nx asks for colours even without a terminal; what a frame says must not depend on that. */
export default defineConfig({ test: { env: { FORCE_COLOR: '0' } } });
