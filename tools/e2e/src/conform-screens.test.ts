import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, launcher, newStore, root, type TestStore } from './custody.ts';
import { openTerminal, type TestTerminal } from './terminal.ts';

let at: TestStore;
let screen: TestTerminal | undefined;
beforeAll(() => {
  at = newStore();
  expect(at.custody('import', fixture('6.1-lost-stream')).code).toBe(3);
});
afterAll(() => {
  screen?.kill();
  at.remove();
});

describe('a run with lost lines', () => {
  it('is never explained: each variant is refuted before the gap, or leads to it', async () => {
    const { variants } = at.json('conform', '6.1-lost-stream', '--all');
    const found = variants.find(({ variant }: { readonly variant: string }) => variant === 'linux-6.1');
    screen = openTerminal({
      command: [process.execPath, launcher, 'replay', '6.1-lost-stream'],
      env: { CUSTODY_STORE: at.store, NO_COLOR: '1' },
      cwd: root,
    });
    await screen.waitFor('position 0/', 15_000);
    screen.send('V');
    const ranking = await screen.waitFor('no variant explains it; INCOMPLETE', 30_000);
    expect(ranking).toMatch(/unknown +linux-6\.1 +inconclusive after/);
    screen.type(':conform 6.1-lost-stream linux-6.1');
    screen.send('Enter');
    expect(await screen.waitFor('events explained; INCOMPLETE', 30_000)).toContain('inconclusive');
    screen.send('Enter');
    const place = await screen.waitFor(`position ${found.position}/`, 15_000);
    expect(place).toContain('inconclusive for linux-6.1 from here on');
  });
});
