// npm start: builds the command line if its sources are newer than it, then takes the tour in a store of its own.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const app = join(root, 'apps/custody');
const built = join(app, 'dist/main.js');

const newest = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);

const sources = ['packages', 'apps/custody/src', 'apps/custody/build.mjs', 'package-lock.json'].flatMap((path) => {
  const full = join(root, path);
  if (path !== 'packages') return [full];
  return readdirSync(full).map((name) => join(full, name, 'src'));
});

const modified = (path) => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  return found.isDirectory() ? newest(path) : found.mtimeMs;
};

const run = (script, args, cwd) => {
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
};

const isStale = Math.max(...sources.map(modified)) > modified(built);
const buildStatus = isStale ? run('build.mjs', [], app) : 0;
process.exitCode =
  buildStatus === 0
    ? run(join(app, 'bin/custody.mjs'), ['--store', join(root, '.custody/tour.db'), 'tour', ...process.argv.slice(2)])
    : buildStatus;
