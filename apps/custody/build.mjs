// Bundles the command line: one file that starts at once, with ink and React in a chunk that only `replay` loads and the
// log on KurrentDB in one for stores with such an address; and what `explore --workers` runs in each of its threads.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts', 'src/explore-worker.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  sourcemap: true,
  // Fewer bytes to read at every start; names stay, for stacks in reports of bugs.
  minifySyntax: true,
  minifyWhitespace: true,
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // The client of KurrentDB has a prebuilt binary, which it finds beside itself in node_modules.
  external: ['react-devtools-core', '@kurrent/kurrentdb-client'],
  // What ink and React bring as CommonJS may call require() for Node's own modules.
  banner: {
    js: "import { createRequire as custodyRequire } from 'node:module'; const require = custodyRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
