import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, launcher, newStore, root, type TestStore } from './custody.ts';
import { openTerminal, type TestTerminal } from './terminal.ts';

let at: TestStore;
beforeAll(() => {
  at = newStore();
  expect(at.custody('import', fixture('6.1-race'), fixture('lab-robin-leak')).code).toBe(0);
});
afterAll(() => at.remove());

const opened: TestTerminal[] = [];
afterAll(() => {
  for (const terminal of opened) terminal.kill();
});

const open = (words: readonly string[], size: { readonly columns?: number; readonly rows?: number } = {}) => {
  const terminal = openTerminal({
    command: [process.execPath, launcher, ...words],
    env: { CUSTODY_STORE: at.store, NO_COLOR: '1' },
    cwd: root,
    ...size,
  });
  opened.push(terminal);
  return terminal;
};

describe('the replay screen', () => {
  it('starts, steps, seeks, searches and quits', async () => {
    const screen = open(['replay', '6.1-race', '--at', '13886']);
    const first = await screen.waitFor('position 13886/26595', 15_000);
    expect(first).toContain('LockContended');
    expect(first).toMatch(/lock group:6\s+537 wait 535 536/);

    screen.send('k');
    await screen.waitFor('position 13885/26595');
    screen.send('j');
    await screen.waitFor('position 13886/26595');

    screen.type(':3000');
    screen.send('Enter');
    await screen.waitFor('position 3000/26595');
    const state = at.json('state', '6.1-race', '--at', '3000').groups['6'];
    expect(screen.screen()).toContain(state.owner);
    expect(screen.screen()).toMatch(new RegExp(`group 6\\s+count ${state.ownerCount}`));

    screen.type('/CallReturned.*op=claim.*errno=OK');
    screen.send('Enter');
    const [hit] = at.lines('show', '6.1-race', '--from', '3000', '--grep', 'CallReturned.*op=claim.*errno=OK');
    await screen.waitFor(`position ${hit.position}/26595`);

    screen.send('q');
    await expect.poll(() => screen.exitStatus(), { timeout: 5000 }).toBe(0);
  });

  it('goes to the findings, and says where a claim was refused while the group was quiet', async () => {
    const screen = open(['replay', 'lab-robin-leak'], { columns: 140, rows: 40 });
    await screen.waitFor('position 0/', 15_000);
    screen.send('f');
    await screen.waitFor('position 679/');
    expect(screen.screen()).toContain('refused with EBUSY');
    screen.send('q');
    await expect.poll(() => screen.exitStatus(), { timeout: 5000 }).toBe(0);
  });

  it('goes to the violation of a simulated run', async () => {
    const { properties } = at.json('explore', 'robin-mail', 'fail-before-claim');
    const { schedule } = properties.find(({ id }: { id: string }) => id === 'I4');
    const made = at.json('simulate', 'robin-mail', 'fail-before-claim', '--schedule', schedule);
    const screen = open(['replay', made.run]);
    await screen.waitFor('position 0/', 15_000);
    screen.send('f');
    await screen.waitFor(`position ${made.violations[0].position}/`);
    expect(screen.screen()).toContain('I4 violated');
    expect(screen.screen()).toMatch(/owner \*?\s*DMA_API/);
    screen.send('q');
  });

  it('keeps a note that is written there', async () => {
    const screen = open(['replay', '6.1-race', '--at', '100']);
    await screen.waitFor('position 100/', 15_000);
    screen.send('a');
    screen.type('seen from the screen');
    screen.send('Enter');
    await expect.poll(() => at.json('note', 'list', '6.1-race').notes.length, { timeout: 5000 }).toBe(1);
    expect(at.json('note', 'list', '6.1-race').notes).toMatchObject([
      { body: 'seen from the screen', anchor: { position: 100 } },
    ]);
    await screen.waitFor('seen from the screen');
    screen.send('q');
  });

  it('shows marks, help and what was not found', async () => {
    const screen = open(['replay', '6.1-race', '--at', '200']);
    await screen.waitFor('position 200/', 15_000);
    screen.type('ma');
    screen.send('j', 'j', 'j');
    const stepped = at
      .lines('show', '6.1-race', '--from', '200', '--to', '230')
      .filter(({ type }) => type !== 'LineKept');
    await screen.waitFor(`position ${stepped[2].position}/`);
    screen.type("'a");
    await screen.waitFor('position 200/');
    screen.type('/nothing like this');
    screen.send('Enter');
    await screen.waitFor(/not found|no more|nothing/i);
    expect(screen.screen()).toContain('position 200/');
    screen.send('?');
    await screen.waitFor('next finding');
    screen.send('q', 'q');
  });
});

describe('the screen in a shell', () => {
  it('stops with Ctrl-Z and goes on with fg, and leaves the shell as it was', async () => {
    const shell = openTerminal({
      command: ['bash', '--norc', '-i'],
      env: { CUSTODY_STORE: at.store, NO_COLOR: '1', PS1: 'shell> ' },
      cwd: root,
    });
    opened.push(shell);
    await shell.waitFor('shell>');
    shell.type(`"${process.execPath}" "${launcher}" replay 6.1-race --at 500`);
    shell.send('Enter');
    await shell.waitFor('position 500/', 15_000);
    shell.send('C-z');
    expect(await shell.waitFor('Stopped', 15_000)).not.toContain('position 500/');
    shell.type('fg');
    shell.send('Enter');
    await shell.waitFor('position 500/', 15_000);
    shell.send('j');
    await shell.waitFor(/position 50[1-9]/);
    shell.send('q');
    expect(await shell.waitFor(/fg[\s\S]*shell>/, 15_000)).not.toContain('position');
    shell.type('echo "typed is $((1+1)) seen"');
    shell.send('Enter');
    await shell.waitFor('typed is 2 seen');
  });
});

describe('npm start', () => {
  it('opens the replay at the place where the race is', async () => {
    const screen = openTerminal({ command: ['npm', 'start'], cwd: root, env: { NO_COLOR: '1' } });
    opened.push(screen);
    await screen.waitFor(/position 13886\/26595/, 60_000);
    await screen.waitFor('the tour');
    screen.send('q');
    await expect.poll(() => screen.exitStatus(), { timeout: 15_000 }).toBe(0);
  });
});
