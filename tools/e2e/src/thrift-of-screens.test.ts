import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, newStore, type TestStore } from './custody.ts';
import { openReplay, type PseudoTerminal } from './pseudo-terminal.ts';

let at: TestStore;
let screen: PseudoTerminal;

beforeAll(async () => {
  at = newStore();
  expect(at.custody('import', fixture('lab-vanilla-leak'), fixture('lab-robin-leak')).code).toBe(0);
  for (const [place, body] of [
    ['600', 'Nobody has the group here.'],
    ['700', 'And yet it is refused.'],
  ] as const) {
    expect(at.custody('note', 'add', 'lab-robin-leak', '--at', place, '--body', body).code).toBe(0);
  }
  screen = await openReplay(at.store, 'lab-robin-leak');
}, 60_000);
afterAll(() => {
  screen.kill();
  at.remove();
});

const down = '\u001b[B';

/** A way to each screen, what is there when it stands, and keys of every kind on it. */
const screens: readonly (readonly [name: string, open: string, stands: string, keys: readonly string[]])[] = [
  [
    'compare',
    ':diff lab-vanilla-leak lab-robin-leak\r',
    'side by side',
    [...'jjjkdddDcogG ', 'b', '\r', 'z', 'j', ' ', 'z', 'w', 'w'],
  ],
  ['explore', 'X', 'explore every', ['j', down, 'k', '\t', 'j', ' ', 'G', 'g', 's']],
  ['verdicts', ':explore robin-mail fail-before-claim\r', 'violated', [...'jjjk ', 'b', 'G', 'g']],
  ['cases', ':cases robin-mail\r', 'the ten cases', [...'jjjk ', 'b', 'G', 'g']],
  ['notes', 'A', 'the thread', ['j', 'k', 'G', 'g', 'x', 'v', 'v']],
];

describe('every screen at 80x24, in colour', () => {
  it.each(screens)('%s writes at most 2 KB for a key, and clears nothing', async (_, open, stands, keys) => {
    const from = screen.written().length;
    screen.type(open);
    await screen.waitFor(stands, from);
    await screen.settle();
    let most = 0;
    for (const [number, key] of keys.entries()) {
      screen.type(key);
      const bytes = await screen.settle();
      most = Math.max(most, bytes);
      expect(bytes, `bytes for key ${number}, ${JSON.stringify(key)}`).toBeLessThanOrEqual(2048);
    }
    // The keys did something.
    expect(most).toBeGreaterThan(200);
    screen.type('q');
    await screen.settle();
    const since = screen.written().slice(from);
    for (const clear of ['\u001b[2J', '\u001b[3J', '\u001b[J', '\u001bc']) expect(since).not.toContain(clear);
  });
});
