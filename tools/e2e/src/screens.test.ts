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

/** Where a person sits. Who listens has the lines one below the other, all of them at once. */
const seats = [
  { name: '80x24', columns: 80, rows: 24, options: [], isSpoken: false },
  { name: '120x40', columns: 120, rows: 40, options: [], isSpoken: false },
  { name: '--accessible', columns: 200, rows: 900, options: ['--accessible'], isSpoken: true },
] as const;
type Seat = (typeof seats)[number];

const patience = 30_000;

/** The program before a person, who reads what is on the screen, or hears what is new on it. */
const sitDown = ({ name, columns, rows, options, isSpoken }: Seat) => {
  const terminal = openTerminal({
    command: [process.execPath, launcher, 'replay', '6.1-race', ...options],
    env: { CUSTODY_STORE: at.store, NO_COLOR: '1', CUSTODY_AUTHOR: name },
    cwd: root,
    columns,
    rows,
  });
  opened.push(terminal);
  let heard = 0;
  const lines = () => terminal.screen().trimEnd().split('\n');
  const seen = (): string => (isSpoken ? lines().slice(heard).join('\n') : terminal.screen());
  return {
    exitStatus: terminal.exitStatus,
    /** Waits until it is there. @returns what there is. */
    sees: async (wanted: string | RegExp): Promise<string> => {
      const matches = (text: string) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
      await expect.poll(seen, { timeout: patience, interval: 30 }).toSatisfy(matches);
      return seen();
    },
    /** Presses keys by their tmux names; a text is typed. */
    press: (...keys: readonly (string | { readonly text: string })[]): void => {
      // The last line may be a prompt, which is not said but stands there.
      heard = Math.max(0, lines().length - 1);
      for (const key of keys) {
        if (typeof key === 'string') terminal.send(key);
        else terminal.type(key.text);
      }
    },
  };
};

interface Line {
  readonly position: number;
  readonly task: string;
}

describe.each(seats)('from a refused claim to the leak of the mail’s scheme, at $name', (seat) => {
  it('is a way through every screen, and back', async () => {
    const me = sitDown(seat);
    await me.sees('position 0/26595');

    // The first claim that was refused: what the command line finds too.
    const [refused]: readonly Line[] = at.lines('show', '6.1-race', '--grep', 'CallReturned.*op=claim.*errno=EPERM');
    if (refused === undefined) throw new Error('No claim was refused in 6.1-race');
    me.press('/', { text: 'CallReturned.*op=claim.*errno=EPERM' }, 'Enter');
    await me.sees(`position ${refused.position}/`);

    // Back over those who took the mutex, to the last one before who was refused: the use that it was refused for.
    const taken: readonly Line[] = at
      .lines('show', '6.1-race', '--to', String(refused.position), '--grep', 'LockAcquired.*lock=group:6')
      .reverse();
    const own = taken.findIndex(({ task }) => task !== refused.task);
    const holder = taken[own] as Line;
    me.press('k');
    await me.sees(`position ${refused.position - 1}/`);
    for (const { position } of taken.slice(0, own + 1)) {
      me.press('h');
      await me.sees(`position ${position}/`);
    }
    await me.sees(`${holder.task} takes group:6`);
    expect(await me.sees('lock group:6')).toMatch(new RegExp(`lock group:6\\s*\\*?${holder.task}`));

    const body = `this use is why (${seat.name})`;
    me.press('a', { text: body }, 'Enter');
    await me.sees(`The note is at position ${holder.position}`);
    me.press('A');
    expect(await me.sees(/note \d+\/\d+/)).toContain(body);
    me.press('Enter');
    await me.sees(`position ${holder.position}/`);
    me.press('q');
    await me.sees(/note \d+\/\d+/);
    me.press('q');
    await me.sees(`position ${holder.position}/`);

    me.press('D');
    await me.sees('compare 6.1-race with');
    me.press('Enter');
    expect(await me.sees(/A \d+ · B \d+ · difference/)).toContain('two runs side by side');
    me.press('g', 'd');
    await me.sees(/difference \d+\//);
    me.press('q');
    await me.sees(/run 1\/\d+/);
    me.press('q');
    await me.sees(`position ${holder.position}/`);

    me.press(':', { text: 'explore robin-mail fail-before-claim' }, 'Enter');
    await me.sees(/VIOLATED\s+I4/);
    me.press('Enter');
    expect(await me.sees(/I4 violated/)).toMatch(/owner \*?\s*DMA_API|finding: I4 violated/);
    me.press('q');
    await me.sees(/VIOLATED\s+I4/);
    me.press('q');
    await me.sees(`position ${holder.position}/`);

    const { position: parts } = at.json('conform', '6.1-race', 'robin-mail');
    me.press('V');
    expect(await me.sees(/explain it|explained linux-6\.1/)).toContain('linux-6.1');
    me.press('q');
    await me.sees(`position ${holder.position}/`);
    me.press(':', { text: 'conform 6.1-race robin-mail' }, 'Enter');
    await me.sees(/REFUTED\s+at/);
    me.press('Enter');
    expect(await me.sees(`position ${parts}/`)).toContain('robin-mail cannot do what comes next');
    me.press('q');
    await me.sees(/REFUTED\s+at/);
    me.press('q');
    await me.sees(`position ${holder.position}/`);
    me.press(':', { text: 'conform 6.1-race linux-6.1' }, 'Enter');
    await me.sees(seat.isSpoken ? /holds/ : 'all 26,595 events explained');
    me.press('q');
    await me.sees(`position ${holder.position}/`);

    me.press('q');
    await expect.poll(me.exitStatus, { timeout: 5000 }).toBe(0);
    const { notes } = at.json('note', 'list', '6.1-race');
    expect(notes.map((note: { readonly body: string }) => note.body)).toContain(body);
  });
});
