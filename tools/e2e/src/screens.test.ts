import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, launcher, newStore, root, type TestStore } from './custody.ts';
import { openTerminal, type TestTerminal } from './terminal.ts';

let at: TestStore;
beforeAll(() => {
  at = newStore();
  expect(at.custody('import', fixture('6.1-race'), fixture('6.12-race')).code).toBe(0);
});
afterAll(() => at.remove());

const opened: TestTerminal[] = [];
afterAll(() => {
  for (const terminal of opened) terminal.kill();
});

/** How a person sits before it. */
const seats = [
  { name: '80x24', columns: 80, rows: 24, options: [] },
  { name: '120x40', columns: 120, rows: 40, options: [] },
] as const;

const patience = 20_000;

describe.each(seats)(
  'from a refused claim to the leak of the mail’s scheme, at $name',
  ({ name, columns, rows, options }) => {
    it('is a way through every screen, and back', async () => {
      const screen = openTerminal({
        command: [process.execPath, launcher, 'replay', '6.1-race', ...options],
        env: { CUSTODY_STORE: at.store, NO_COLOR: '1', CUSTODY_AUTHOR: name },
        cwd: root,
        columns,
        rows,
      });
      opened.push(screen);
      await screen.waitFor('position 0/26595', patience);
      const command = (line: string): void => {
        screen.send(':');
        screen.type(line);
        screen.send('Enter');
      };

      // The first claim that was refused: what the command line finds too.
      const [refused] = at.lines('show', '6.1-race', '--grep', 'CallReturned.*op=claim.*errno=EPERM');
      screen.type('/CallReturned.*op=claim.*errno=EPERM');
      screen.send('Enter');
      await screen.waitFor(`position ${refused.position}/`);

      // Back over those who took the mutex, to the last one before who was refused: the use that it was refused for.
      const taken = at
        .lines('show', '6.1-race', '--to', String(refused.position), '--grep', 'LockAcquired.*lock=group:6')
        .reverse();
      const own = taken.findIndex(({ task }: { task: string }) => task !== refused.task);
      const holder = taken[own];
      screen.send('k');
      await screen.waitFor(`position ${refused.position - 1}/`);
      for (const { task, position } of taken.slice(0, own + 1)) {
        screen.send('h');
        await screen.waitFor(`position ${position}/`);
        expect(screen.screen()).toContain(`${task} takes group:6`);
      }
      expect(screen.screen()).toMatch(new RegExp(`lock group:6\\s*\\*?${holder.task}`));

      screen.send('a');
      screen.type(`this use is why (${name})`);
      screen.send('Enter');
      await screen.waitFor(`The note is at position ${holder.position}`);
      screen.send('A');
      await screen.waitFor(`this use is why (${name})`);
      await screen.waitFor(/note \d+\/\d+/);
      screen.send('Enter');
      await screen.waitFor(`position ${holder.position}/`);
      screen.send('q', 'q');

      screen.send('D');
      await screen.waitFor('compare 6.1-race with');
      screen.send('Enter');
      const sides = await screen.waitFor(/A \d+ · B \d+ · difference/, patience);
      expect(sides).toContain('A 6.1-race');
      expect(sides).toContain('B 6.12-race');
      screen.send('d');
      await screen.waitFor(/difference \d+\//);
      screen.send('q', 'q');
      await screen.waitFor(`position ${holder.position}/`);

      command('explore robin-mail fail-before-claim');
      await screen.waitFor(/VIOLATED\s+I4/, patience);
      screen.send('Enter');
      await screen.waitFor(/I4 violated/, patience);
      expect(screen.screen()).toMatch(/owner \*?\s*DMA_API/);
      screen.send('q');
      await screen.waitFor(/VIOLATED\s+I4/);
      screen.send('q');
      await screen.waitFor(`position ${holder.position}/`);

      screen.send('q');
      await expect.poll(() => screen.exitStatus(), { timeout: 5000 }).toBe(0);
      const notes = at.json('note', 'list', '6.1-race').notes;
      expect(notes.map(({ body }: { body: string }) => body)).toContain(`this use is why (${name})`);
    });
  },
);
