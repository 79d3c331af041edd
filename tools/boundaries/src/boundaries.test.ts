import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const biome = fileURLToPath(new URL('../../../node_modules/.bin/biome', import.meta.url));

/** What the workspace's lint says of `source`, were it in that file: the same rules on a folder of its own. */
const lint = (path: string, source: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'custody-boundaries-'));
  try {
    cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    cpSync(join(root, 'tools/boundaries/no-chance.grit'), join(folder, 'tools/boundaries/no-chance.grit'));
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
    const { status, stderr, stdout } = spawnSync(biome, ['lint', '--vcs-enabled=false', '--colors=off', 'packages'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { passes: status === 0, says: (stderr + stdout).replace(/\s+/g, ' ') };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const imports = (name: string): string => `import { thing } from '${name}';\nexport const use = thing;\n`;

describe('the boundaries between packages', () => {
  it.each([
    ['packages/trace/src/x.ts', '@custody/replay', 'up'],
    ['packages/replay/src/x.ts', '@custody/compare', 'sideways'],
    ['packages/conform/src/x.ts', '@custody/ingest', 'sideways: it reads facts, not probes'],
    ['packages/trace-export/src/x.ts', '@custody/ingest', 'up'],
    ['packages/explore/src/x.ts', '@custody/trace', 'into the domain'],
    ['packages/tui/src/x.ts', '@custody/log', 'past the workbench'],
    ['packages/workbench/src/x.ts', '@custody/log-sqlite', 'from a port to an adapter'],
    ['packages/replay/src/x.ts', 'yjs', 'to a library that another package hides'],
    ['packages/guest/src/x.ts', '@custody/workbench', 'up'],
    ['packages/trace/src/x.ts', '../../replay/src/search.ts', 'around the package’s entry'],
  ])('%s may not import %s: that is %s', (path, name) => {
    const { passes, says } = lint(path, imports(name));
    expect(says).toContain('may import only');
    expect(passes).toBe(false);
  });

  it.each([
    ['packages/replay/src/x.ts', '@custody/trace'],
    ['packages/trace/src/x.ts', './ids.ts'],
    ['packages/ingest/src/mapping/x.ts', '../errno.ts'],
    ['packages/annotations/src/x.ts', 'yjs'],
    ['packages/trace-export/src/x.ts', 'protobufjs/minimal.js'],
    ['packages/ingest/src/x.ts', '@custody/trace-export'],
    ['packages/guest/src/x.ts', 'node:timers/promises'],
    ['packages/replay/src/x.test.ts', 'vitest'],
  ])('%s may import %s', (path, name) => {
    expect(lint(path, imports(name))).toMatchObject({ passes: true });
  });

  it.each([
    ['the clock', 'export const now = () => Date.now();', 'enter as arguments'],
    ['chance', 'export const roll = () => Math.random();', 'enter as arguments'],
    ['the process', 'export const path = process.env["PATH"];', 'enter as arguments'],
    ['the console', 'export const say = () => console.log("x");', 'enter as arguments'],
    ['files', "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;", 'noNodejsModules'],
  ])('a pure package may not touch %s', (_what, source, why) => {
    const { passes, says } = lint('packages/workbench/src/x.ts', `${source}\n`);
    expect(says).toContain(why);
    expect(passes).toBe(false);
  });
});
