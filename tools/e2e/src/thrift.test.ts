import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, launcher, newStore, root, type TestStore } from './custody.ts';
import { openPseudoTerminal, openReplay, type PseudoTerminal } from './pseudo-terminal.ts';

let at: TestStore;
let screen: PseudoTerminal;

beforeAll(async () => {
  at = newStore();
  expect(at.custody('import', fixture('6.1-race')).code).toBe(0);
  screen = await openReplay(at.store, '6.1-race', '--at', '13880');
}, 60_000);
afterAll(() => {
  screen.kill();
  at.remove();
});

const kib2 = 2048;

/** Every kind of thing that a key does: step, page, jump, another screen, a prompt, and back. */
const keys = [
  ...[
    'j',
    'j',
    'k',
    ' ',
    ' ',
    'b',
    't',
    'T',
    'l',
    'L',
    'o',
    'O',
    'e',
    'E',
    'h',
    'G',
    'g',
    'v',
    'v',
    'm',
    'a',
    'G',
    "'",
    'a',
  ],
  ...[
    '?',
    'j',
    ' ',
    'q',
    '\r',
    'q',
    ':',
    's',
    'h',
    '\u001b',
    '/',
    'E',
    'B',
    'U',
    'S',
    'Y',
    '\r',
    'n',
    'N',
    'H',
    'j',
    'q',
  ],
];

describe('the screen at 80x24, in colour', () => {
  it('writes at most 2 KB for a key, and clears nothing after the start', async () => {
    const from = screen.written().length;
    for (const key of keys) {
      screen.type(key);
      const bytes = await screen.settle();
      expect(bytes, `bytes for ${JSON.stringify(key)}`).toBeLessThanOrEqual(kib2);
    }
    const since = screen.written().slice(from);
    expect(since).not.toContain('\u001b[2J');
    expect(since).not.toContain('\u001b[3J');
    expect(since).not.toContain('\u001b[J');
    expect(since).not.toContain('\u001bc');
  }, 60_000);

  it('does not queue up keys that are held: it stands where they end', async () => {
    screen.type('g');
    await screen.settle();
    const from = screen.written().length;
    screen.type('j'.repeat(2000));
    await screen.settle();
    screen.type(':+0\r');
    await screen.settle();
    const { position } = at.lines('show', '6.1-race').filter(({ type }) => type !== 'LineKept')[1999];
    screen.type('\r');
    await screen.waitFor(`position ${position}`, from);
    // 2000 frames would be half a megabyte.
    expect(screen.written().length - from).toBeLessThan(40_000);
    screen.type('q');
    await screen.settle();
  }, 60_000);

  it('gives the terminal back as it was, also when it is ended by a signal', async () => {
    const other = openPseudoTerminal(
      [
        'sh',
        '-c',
        `exec 3<&0; "${process.execPath}" "${launcher}" replay 6.1-race <&3 & echo "pid $!."; wait $!; stty -a`,
      ],
      { env: { CUSTODY_STORE: at.store }, cwd: root },
    );
    await other.waitFor('position');
    await other.settle();
    const [, pid] = /pid (\d+)\./.exec(other.written()) ?? [];
    process.kill(Number(pid), 'SIGTERM');
    await other.waitFor('-extproc');
    const after = other.written().slice(other.written().lastIndexOf('position'));
    for (const mode of ['?1049l', '?25h', '?1000l', '?1006l']) expect(after).toContain(`\u001b[${mode}`);
    expect(after).toMatch(/ icanon /);
    expect(after).toMatch(/ echo /);
    other.kill();
  }, 60_000);
});
