#!/usr/bin/env node
// Starts the built command line, on the Node that the workspace pins when this one is too old for node:sqlite.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

// Node takes FORCE_COLOR for the stronger of the two, and warns of it as soon as anybody asks: in the middle of a screen.
if (process.argv.includes('--no-color')) process.env.NO_COLOR = '1';
if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = here('../dist/main.js');
const pinned = here('../../../node_modules/node/bin/node');

if (!existsSync(built)) {
  process.stderr.write('custody: cannot start as it is not built yet; run: npm run build\n');
  process.exitCode = 2;
} else if (Number(process.versions.node.split('.')[0]) >= 22) {
  // Keeps what V8 compiled for the next start, in the folder for temporary files.
  nodeModule.enableCompileCache?.();
  await import(built);
} else if (existsSync(pinned)) {
  // Ctrl-C is for the one that works: this one waits for what it still has to say.
  process.on('SIGINT', () => {});
  const { status, signal } = spawnSync(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 2);
} else {
  process.stderr.write(`custody: needs Node 22 or newer, this is ${process.version}; run: npm ci\n`);
  process.exitCode = 2;
}
